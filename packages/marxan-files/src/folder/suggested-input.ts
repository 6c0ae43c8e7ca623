import { join } from 'node:path'
import { inputDatText } from '../input-dat/input-dat-text.js'
import { type MarxanParameters, parameterNames, parameters } from '../input-dat/parameters.js'
import { resultName } from '../results/file-name.js'
import { fileKeys, type TableRole } from './file-keys.js'
import type { Listing } from './listing.js'
import { canBeNamed, neededRoles, type TablesByRole } from './tables-by-columns.js'

/** How to save an input.dat that fits a folder without one. Undefined without any table: then it is another folder. */
export function suggestedInput(dir: string, files: Listing, tables: TablesByRole): string | undefined {
  if (neededRoles.every((role) => tables[role].length === 0)) return undefined
  const values = Object.fromEntries(
    parameterNames.map((key) => [key, parameters[key].default]),
  ) as MarxanParameters
  const { OUTPUTDIR, ...output } = outputNames(files)
  const text = inputDatText(values, tableNames(tables), { ...output, OUTPUTDIR })
  const folder = files.folder(OUTPUTDIR) === undefined ? `, create the folder ${OUTPUTDIR} beside it` : ''
  return `Save what follows as ${join(dir, 'input.dat')}${folder}, and put the values of your project into it, as those are only usual ones:\n\n${text}`
}

/** INPUTDIR is the folder of all tables or, where they are in several, the folder of input.dat. */
function tableNames(tables: TablesByRole): Readonly<Record<string, string>> {
  const roles = Object.keys(fileKeys) as TableRole[]
  const [folder = '', ...others] = new Set(roles.flatMap((role) => tables[role].slice(0, 1).map(folderOf)))
  const INPUTDIR = folder === '' || others.length > 0 ? '.' : folder
  const names = roles.flatMap((role) => {
    const [path] = tables[role]
    if (path === undefined) return role === 'bound.dat' ? [] : [[fileKeys[role], role]]
    return [[fileKeys[role], INPUTDIR === '.' ? path : path.slice(INPUTDIR.length + 1)]]
  })
  return { INPUTDIR, ...Object.fromEntries(names) }
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Of results that are there, or the usual ones. */
function outputNames(files: Listing): { readonly SCENNAME: string; readonly OUTPUTDIR: string } {
  for (const folder of ['', ...files.folders].filter(canBeNamed)) {
    const names = files
      .in(folder)
      .filter(canBeNamed)
      .flatMap((name) => resultName(name)?.scenario ?? [])
    const SCENNAME = names.includes('output') ? 'output' : names[0]
    if (SCENNAME !== undefined) return { SCENNAME, OUTPUTDIR: folder === '' ? '.' : folder }
  }
  return { SCENNAME: 'output', OUTPUTDIR: 'output' }
}
