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
import { gridRole } from '../roles.js'
import { assertFolder } from './assert-folder.js'
import { chooseInput } from './choose-input.js'
import { type FolderGrid, findGrid } from './find-grid.js'
import { type Listing, listing } from './listing.js'
import { lastPart, lookUp } from './look-up.js'
import {
  blocksNotCarried,
  fileKeys,
  type MissingFile,
  missingBound,
  missingFile,
  missingGrid,
  type SearchedFolder,
  type TableRole,
} from './missing-files.js'
import { refuseOtherPrograms } from './refuse-other-programs.js'

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
  /** Warnings: choices that were made, a bound.dat that is not there. */
  readonly findings: readonly NewFinding[]
}

export interface FolderSearchOptions {
  /** Name of the input.dat in the folder. */
  readonly input?: string
  /** Paths by role, of files that need not be looked for. */
  readonly given?: Readonly<Record<string, string>>
  /** Attribute with the planning units' ids, unless that is `puid`. */
  readonly idAttribute?: string
}

const searchChecks: OptionChecks<FolderSearchOptions> = {
  input: check.text,
  given: check.record(check.text),
  idAttribute: check.text,
}

/** Throws `input-incomplete` if there is no folder or no input.dat in it, `legacy/marzone` and `legacy/cluz` for the projects of other programs. */
export async function searchFolder(dir: string, options?: FolderSearchOptions): Promise<FolderSearch> {
  const { input, given = {}, idAttribute } = checkOptions('searchFolder()', options, searchChecks)
  await assertFolder(dir)
  const near = await listing(dir)
  refuseOtherPrograms(near)
  const findings: NewFinding[] = []
  const report = (finding: NewFinding) => void findings.push(finding)
  const found = given['input.dat'] === undefined ? await inputIn(dir, near, input, report) : undefined
  const inputPath = found?.path ?? given['input.dat'] ?? ''
  const named = await readInputDat(found?.bytes ? one(found.bytes) : createReadStream(inputPath), {
    findings: new FindingCollector({ limit: 0 }),
  })
  const files = await listing(dir, [named.files.INPUTDIR, named.output.OUTPUTDIR])
  const output = outputFolder(files, named.output.OUTPUTDIR)
  const folder: SearchedFolder = { files, named, input: shown(dir, inputPath), output }
  const wanted = (Object.keys(fileKeys) as TableRole[]).filter((role) => given[role] === undefined)
  const tables = findTables(folder, wanted)
  findings.push(...blocksNotCarried(folder), ...tables.findings)
  const grid =
    given[gridRole] === undefined
      ? await findGrid({ dir, files, output: output || undefined, idAttribute, report })
      : undefined
  const { 'pu.dat': pu, 'spec.dat': spec, 'puvspr.dat': puvspr, 'bound.dat': bound } = tables.paths
  return {
    input: inputPath,
    ...(pu !== undefined && { pu: join(dir, pu) }),
    ...(spec !== undefined && { spec: join(dir, spec) }),
    ...(puvspr !== undefined && { puvspr: join(dir, puvspr) }),
    ...(bound !== undefined && { bound: join(dir, bound) }),
    ...(output !== undefined && { output: join(dir, output) }),
    ...(grid && { grid }),
    missing: [...tables.missing, ...(grid || given[gridRole] !== undefined ? [] : [missingGrid])],
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
  const below = files.anywhere('input.dat')
  throw new PieceworkError(
    'input-incomplete',
    name === undefined
      ? `${dir} does not have input.dat: no .dat file in it names the others (PUNAME, SPECNAME, PUVSPRNAME)${
          below === undefined ? '' : `; there is ${below}: that folder may be the project`
        }`
      : `${dir} does not have ${name}`,
    { facts: { missing: [name ?? 'input.dat'] } },
  )
}

interface FoundTables {
  /** Below the folder. */
  readonly paths: Partial<Record<TableRole, string>>
  readonly missing: readonly MissingFile[]
  readonly findings: readonly NewFinding[]
}

function findTables(folder: SearchedFolder, roles: readonly TableRole[]): FoundTables {
  const { files, named } = folder
  const paths: Partial<Record<TableRole, string>> = {}
  const missing: MissingFile[] = []
  const findings: NewFinding[] = []
  for (const role of roles) {
    const name = named.files[fileKeys[role]]
    if (role === 'bound.dat' && name === '') continue
    const path = lookUp(files, named.files, name)
    if (path !== undefined) paths[role] = path
    else if (role === 'bound.dat') findings.push(missingBound(folder))
    else missing.push(missingFile(role, folder))
  }
  return { paths, missing, findings }
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
