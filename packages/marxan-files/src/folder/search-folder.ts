import { createReadStream } from 'node:fs'
import { join, relative, sep } from 'node:path'
import {
  check,
  checkOptions,
  FindingCollector,
  type NewFinding,
  type OptionChecks,
  PieceworkError,
} from '@piecework/core/piece'
import { readInputDat } from '../input-dat/read.js'
import { resultName } from '../results/file-name.js'
import { gridRole, outputRole } from '../roles.js'
import { assertFolder } from './assert-folder.js'
import { chooseInput } from './choose-input.js'
import { fileKeys, type TableRole } from './file-keys.js'
import { type FolderGrid, findGrid } from './find-grid.js'
import { type Listing, listing } from './listing.js'
import { folderPart, lastPart, lookUp } from './look-up.js'
import {
  blocksNotCarried,
  type MissingFile,
  missingBound,
  missingFile,
  missingGrid,
  type SearchedFolder,
} from './missing-files.js'
import { noInput } from './no-input.js'
import { isCluz, refuseCluz, refuseMarzone } from './refuse-other-programs.js'
import { resultsElsewhere } from './results-elsewhere.js'
import { tablesByColumns } from './tables-by-columns.js'

/** What a folder has of a Marxan project, whole or not. */
export interface FolderSearch {
  readonly input: string
  readonly pu?: string
  readonly spec?: string
  readonly puvspr?: string
  readonly bound?: string
  readonly output?: string
  readonly grid?: FolderGrid
  /** What a project must have, and neither the folder has nor the options give. */
  readonly missing: readonly MissingFile[]
  /** Warnings: choices that were made, a bound.dat that is not there, results that lie elsewhere. */
  readonly findings: readonly NewFinding[]
}

export interface FolderSearchOptions {
  /** Name of the input.dat in the folder. */
  readonly input?: string
  /** Paths by role, of files that need not be looked for. */
  readonly given?: Readonly<Record<string, string>>
  /** Attribute with the planning units' ids, unless that is `puid`. */
  readonly idAttribute?: string
  /** False: of results that lie elsewhere nothing is said. Default true. */
  readonly output?: boolean
}

const searchChecks: OptionChecks<FolderSearchOptions> = {
  input: check.text,
  given: check.record(check.text),
  idAttribute: check.text,
  output: check.flag,
}

/** Throws `input-incomplete` if there is no folder or no input.dat in it, `legacy/marzone` and `legacy/cluz` for the projects of other programs. */
export async function searchFolder(dir: string, options?: FolderSearchOptions): Promise<FolderSearch> {
  const {
    input,
    given = {},
    idAttribute,
    output: isOutputWanted = true,
  } = checkOptions('searchFolder()', options, searchChecks)
  await assertFolder(dir)
  const near = await listing(dir)
  await refuseMarzone(dir, near)
  const findings: NewFinding[] = []
  const report = (finding: NewFinding) => void findings.push(finding)
  const found = given['input.dat'] === undefined ? await inputIn(dir, near, input, report) : undefined
  const inputPath = found?.path ?? given['input.dat'] ?? ''
  const named = await readInputDat(found?.bytes ? one(found.bytes) : createReadStream(inputPath), {
    findings: new FindingCollector({ limit: 0 }),
  })
  const { INPUTDIR } = named.files
  const namedFolders = Object.values(fileKeys).map((key) => folderPart(INPUTDIR, named.files[key]))
  const files = await listing(dir, [INPUTDIR, named.output.OUTPUTDIR, ...namedFolders])
  const output = outputFolder(files, named.output.OUTPUTDIR)
  const folder: SearchedFolder = { files, named, input: shown(dir, inputPath), output }
  const wanted = (Object.keys(fileKeys) as TableRole[]).filter((role) => given[role] === undefined)
  const tables = await findTables(dir, folder, wanted)
  if (tables.missing.some(({ role }) => role === 'spec.dat') && isCluz(files)) refuseCluz()
  findings.push(...blocksNotCarried(folder), ...tables.findings)
  if (isOutputWanted && given[outputRole] === undefined)
    findings.push(...(await resultsElsewhere(dir, folder)))
  const { 'pu.dat': pu, 'spec.dat': spec, 'puvspr.dat': puvspr, 'bound.dat': bound } = tables.paths
  const puPath = given['pu.dat'] ?? (pu === undefined ? undefined : join(dir, pu))
  const grid =
    given[gridRole] === undefined
      ? await findGrid({ dir, files, output: output || undefined, idAttribute, pu: puPath, report })
      : undefined
  return {
    input: inputPath,
    ...(pu !== undefined && { pu: join(dir, pu) }),
    ...(spec !== undefined && { spec: join(dir, spec) }),
    ...(puvspr !== undefined && { puvspr: join(dir, puvspr) }),
    ...(bound !== undefined && { bound: join(dir, bound) }),
    ...(output !== undefined && { output: join(dir, output) }),
    ...(grid && { grid }),
    missing: [...tables.missing, ...(grid || given[gridRole] !== undefined ? [] : [missingGrid(files)])],
    findings,
  }
}

async function inputIn(
  dir: string,
  files: Listing,
  input: string | undefined,
  report: (finding: NewFinding) => void,
): Promise<{ readonly path: string; readonly bytes?: Uint8Array }> {
  const chosen = input === undefined ? await chooseInput(dir, files, report) : { name: input }
  const name = chosen?.name
  const found = name === undefined ? undefined : files.find('', name)
  if (found !== undefined) return { ...chosen, path: join(dir, found) }
  if (name === undefined) throw await noInput(dir)
  throw new PieceworkError('input-incomplete', `${dir} does not have ${name}`, { facts: { missing: [name] } })
}

interface FoundTables {
  /** Below the folder. */
  readonly paths: Partial<Record<TableRole, string>>
  readonly missing: readonly MissingFile[]
  readonly findings: readonly NewFinding[]
}

async function findTables(
  dir: string,
  folder: SearchedFolder,
  roles: readonly TableRole[],
): Promise<FoundTables> {
  const { files, named } = folder
  const paths: Partial<Record<TableRole, string>> = {}
  const absent: TableRole[] = []
  for (const role of roles) {
    const name = named.files[fileKeys[role]]
    if (role === 'bound.dat' && name === '') continue
    const path = lookUp(files, named.files, name)
    if (path === undefined) absent.push(role)
    else paths[role] = path
  }
  if (absent.length === 0) return { paths, missing: [], findings: [] }
  const tables = await tablesByColumns(dir, files)
  return {
    paths,
    missing: absent.filter((role) => role !== 'bound.dat').map((role) => missingFile(role, folder, tables)),
    findings: absent.includes('bound.dat') ? [missingBound(folder, tables)] : [],
  }
}

/** Without a folder (Inedit and Zonae Cogito write 0), Marxan writes its results beside input.dat. */
function outputFolder(files: Listing, named: string): string | undefined {
  const name = lastPart(named)
  if (!['', '0', '.'].includes(name)) return files.folder(named) ?? files.folder(name)
  return files.in('').some((file) => resultName(file)) ? '' : undefined
}

/** A path for messages: below the folder if it is there. */
function shown(dir: string, path: string): string {
  const way = relative(dir, path)
  return way.startsWith('..') ? path : way.split(sep).join('/')
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
