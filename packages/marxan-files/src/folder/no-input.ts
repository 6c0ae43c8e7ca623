import { basename, join, resolve } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import { inputDatHeadBytes } from '../defaults.js'
import { inputDatText } from '../input-dat/input-dat-text.js'
import { type MarxanParameters, parameterNames, parameters } from '../input-dat/parameters.js'
import { resultName } from '../results/file-name.js'
import { namesTables } from './choose-input.js'
import { fileKeys, type TableRole } from './file-keys.js'
import { foldersBelow } from './folders-below.js'
import { headOf } from './head-of.js'
import { type Listing, listing } from './listing.js'
import { marxanWebHint } from './marxan-web.js'
import { isCluz, refuseCluz } from './refuse-other-programs.js'
import { canBeNamed, type TablesByRole, tablesByColumns } from './tables-by-columns.js'

const what: Readonly<Record<TableRole, string>> = {
  'pu.dat': 'planning units',
  'spec.dat': 'features',
  'puvspr.dat': 'amounts',
  'bound.dat': 'boundaries',
}
const neededRoles = ['pu.dat', 'spec.dat', 'puvspr.dat'] as const

/** An error about a folder without input.dat: what is in it, and an input.dat that fits, ready to be saved. Throws `legacy/cluz`. */
export async function noInput(dir: string): Promise<PieceworkError> {
  const files = await listing(dir, await foldersBelow(dir))
  const tables = await tablesByColumns(dir, files)
  if (isCluz(files) && tables['spec.dat'].length === 0) refuseCluz()
  const { there, hint } = (await elsewhere(dir, files, tables)) ??
    (await above(dir)) ?? {
      there: tablesText(tables),
      hint: suggestion(dir, files, tables),
    }
  const message = `${dir} does not have input.dat: no .dat file in it names the others (PUNAME, SPECNAME, PUVSPRNAME)${there}`
  return new PieceworkError('input-incomplete', message, {
    facts: { missing: ['input.dat'] },
    findings: [
      {
        severity: 'error',
        code: 'legacy/file-missing',
        piece: 'legacy-marxan',
        file: 'input.dat',
        message,
        ...(hint !== undefined && { hint }),
      },
    ],
  })
}

/** An input.dat in another folder, under another name, or in the zip of another program. */
async function elsewhere(
  dir: string,
  files: Listing,
  tables: TablesByRole,
): Promise<{ readonly there: string; readonly hint?: string } | undefined> {
  const below = files.anywhere('input.dat')
  if (below !== undefined) return { there: `; there is ${below}: that folder may be the project` }
  const packed = files.in('').find((name) => /\.mxw$/i.test(name))
  if (packed !== undefined && neededRoles.some((role) => tables[role].length === 0))
    return { there: `; there is ${packed}, a project of Marxan Web`, hint: marxanWebHint(join(dir, packed)) }
  for (const name of files.in('').filter((name) => /\.txt$/i.test(name)))
    if (namesTables(await headOf(join(dir, name), inputDatHeadBytes)))
      return {
        there: `; there is ${name}, which does`,
        hint: `If it is the project's, rename it to input.dat: ${name} is the name of a text file.`,
      }
  return undefined
}

/** The input.dat of the folder above, if this one is a part of that project: its tables or its results. */
async function above(dir: string): Promise<{ readonly there: string; readonly hint?: string } | undefined> {
  const parent = join(dir, '..')
  const near = await listing(parent).catch(() => undefined)
  const name = near?.find('', 'input.dat')
  const own = basename(resolve(dir)).toLowerCase()
  if (name === undefined || own === '') return undefined
  const head = await headOf(join(parent, name), inputDatHeadBytes)
  const isPart = namesTables(head) && head.toString('latin1').toLowerCase().includes(own)
  return isPart
    ? { there: `; the folder above it, ${parent}, has one that names it: check that folder` }
    : undefined
}

function tablesText(tables: TablesByRole): string {
  const roles = Object.keys(tables) as TableRole[]
  const found = roles.flatMap((role) => {
    const [path, ...others] = tables[role]
    const also = others.length === 0 ? '' : `, or ${others.join(', ')}`
    return path === undefined ? [] : [`${path} (${what[role]}${also})`]
  })
  const lacking = neededRoles.filter((role) => tables[role].length === 0).map((role) => what[role])
  if (found.length === 0) return ''
  const none = lacking.length === 0 ? '' : ` and none of ${lacking.join(' or ')}`
  return `; by their columns its tables are ${found.join(', ')}${none}`
}

/** Undefined without any table: then it is another folder. */
function suggestion(dir: string, files: Listing, tables: TablesByRole): string | undefined {
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
  const paths = Object.entries(fileKeys).flatMap(([role, key]) => {
    const path = tables[role as TableRole][0] ?? (role === 'bound.dat' ? undefined : role)
    return path === undefined ? [] : [{ key, path }]
  })
  const folders = new Set(
    paths.flatMap(({ path }) => (path in fileKeys && !isFound(path, tables) ? [] : [folderOf(path)])),
  )
  const [folder = ''] = folders
  const INPUTDIR = folders.size === 1 && folder !== '' ? folder : '.'
  const nameOf = (path: string) =>
    INPUTDIR === '.' ? path : path.startsWith(`${INPUTDIR}/`) ? path.slice(INPUTDIR.length + 1) : path
  return { INPUTDIR, ...Object.fromEntries(paths.map(({ key, path }) => [key, nameOf(path)])) }
}

const isFound = (path: string, tables: TablesByRole): boolean =>
  Object.values(tables).some(([first]) => first === path)

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
