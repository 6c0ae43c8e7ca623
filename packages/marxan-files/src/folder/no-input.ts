import { basename, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { FindingCollector, PieceworkError } from '@piecework/core/piece'
import { inputDatHeadBytes } from '../defaults.js'
import { readInputDat } from '../input-dat/read.js'
import { namesTables } from './choose-input.js'
import { fileKeys, type TableRole } from './file-keys.js'
import { foldersBelow } from './folders-below.js'
import { headOf } from './head-of.js'
import { type Listing, listing } from './listing.js'
import { folderPart } from './look-up.js'
import { marxanWebHint } from './marxan-web.js'
import { isCluz, refuseCluz } from './refuse-other-programs.js'
import { suggestedInput } from './suggested-input.js'
import { neededRoles, type TablesByRole, tablesByColumns } from './tables-by-columns.js'

const what: Readonly<Record<TableRole, string>> = {
  'pu.dat': 'planning units',
  'spec.dat': 'features',
  'puvspr.dat': 'amounts',
  'bound.dat': 'boundaries',
}

/** An error about a folder without input.dat: what is in it, and an input.dat that fits, ready to be saved. Throws `legacy/cluz`. */
export async function noInput(dir: string): Promise<PieceworkError> {
  const files = await listing(dir, await foldersBelow(dir))
  const tables = await tablesByColumns(dir, files)
  if (isCluz(files) && tables['spec.dat'].length === 0) refuseCluz()
  const { there, hint } = (await elsewhere(dir, files, tables)) ??
    (await above(dir)) ?? {
      there: tablesText(tables),
      hint: suggestedInput(dir, files, tables),
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
  return namesTables(head) && (await foldersIn(head)).includes(own)
    ? { there: `; the folder above it, ${parent}, has one that names it: check that folder` }
    : undefined
}

/** Names of all folders that an input.dat has, in lower case. */
async function foldersIn(head: Buffer): Promise<readonly string[]> {
  const { files, output } = await readInputDat(Readable.from([head]), {
    findings: new FindingCollector({ limit: 0 }),
  })
  const paths = [
    output.OUTPUTDIR,
    ...Object.values(fileKeys).map((key) => folderPart(files.INPUTDIR, files[key])),
  ]
  return paths.flatMap((path) => path.toLowerCase().split(/[\\/]/))
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
