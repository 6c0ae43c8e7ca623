import { createReadStream } from 'node:fs'
import { join, relative, sep } from 'node:path'
import {
  check,
  checkOptions,
  FindingCollector,
  type OptionChecks,
  PieceworkError,
} from '@piecework/core/piece'
import { type InputDat, readInputDat } from '../input-dat/read.js'
import { resultName } from '../results/file-name.js'
import { gridRole } from '../roles.js'
import { chooseInput } from './choose-input.js'
import type { FolderFinding } from './finding.js'
import { type FolderGrid, folderGrid } from './grid.js'
import { type Listing, listing } from './listing.js'
import { similarFiles } from './similar-files.js'

/** What a folder has of a Marxan project, whole or not. */
export interface FolderSearch {
  readonly input: string
  readonly pu?: string
  readonly spec?: string
  readonly puvspr?: string
  readonly bound?: string
  readonly output?: string
  readonly grid?: FolderGrid
  /** Errors: what a project must have and neither the folder has nor whoever asks gives. */
  readonly missing: readonly MissingFile[]
  /** Warnings: choices that were made, a bound.dat that is not there. */
  readonly findings: readonly FolderFinding[]
}

interface MissingFile {
  readonly role: string
  /** As a project names it, with the line that does: "planning.dat (PUNAME, line 30 of input.dat)". */
  readonly name: string
  readonly finding: FolderFinding
}

export interface FolderSearchOptions {
  /** Name of the input.dat in the folder. */
  readonly input?: string
  /** Paths by role, of files that need not be looked for. */
  readonly given?: Readonly<Record<string, string>>
  /** Attribute with the planning units' ids, where that is not `puid`. */
  readonly idAttribute?: string
}

const searchChecks: OptionChecks<FolderSearchOptions> = {
  input: check.text,
  given: check.record(check.text),
  idAttribute: check.text,
}

const keys = {
  'pu.dat': 'PUNAME',
  'spec.dat': 'SPECNAME',
  'puvspr.dat': 'PUVSPRNAME',
  'bound.dat': 'BOUNDNAME',
} as const
type Role = keyof typeof keys

/** Throws `input-incomplete` where there is no input.dat, `legacy/marzone` and `legacy/cluz` for the projects of other programs. */
export async function searchFolder(dir: string, options?: FolderSearchOptions): Promise<FolderSearch> {
  const { input, given = {}, idAttribute } = checkOptions('searchFolder()', options, searchChecks)
  const near = await listing(dir)
  refuseOthers(near)
  const findings: FolderFinding[] = []
  const tell = (finding: FolderFinding) => void findings.push(finding)
  const inputPath = given['input.dat'] ?? (await inputIn(dir, near, input, tell))
  const named = await readInputDat(createReadStream(inputPath), {
    findings: new FindingCollector({ limit: 0 }),
  })
  const files = await listing(dir, [named.files.INPUTDIR, named.output.OUTPUTDIR])
  const output = outputFolder(files, named.output.OUTPUTDIR)
  const asking: Asking = { files, named, input: shown(dir, inputPath), output }
  const missing: MissingFile[] = []
  const find = (role: Role): string | undefined => {
    const name = named.files[keys[role]]
    if (given[role] !== undefined || (role === 'bound.dat' && name === '')) return undefined
    const path = lookUp(files, named, name)
    if (path !== undefined) return join(dir, path)
    if (role !== 'bound.dat') missing.push(missingFile(role, asking))
    else reportMissingBound(asking, tell)
    return undefined
  }
  reportBlocks(asking, tell)
  const found = {
    pu: find('pu.dat'),
    spec: find('spec.dat'),
    puvspr: find('puvspr.dat'),
    bound: find('bound.dat'),
    output: output === undefined ? undefined : join(dir, output),
    grid:
      given[gridRole] === undefined
        ? await folderGrid({ dir, files, output: output || undefined, idAttribute, tell })
        : undefined,
  }
  if (!found.grid && given[gridRole] === undefined) missing.push(missingGrid)
  return { input: inputPath, ...defined(found), missing, findings }
}

async function inputIn(dir: string, files: Listing, input: string | undefined, tell: Tell): Promise<string> {
  const name = input ?? (await chooseInput(dir, files, tell))
  const found = name === undefined ? undefined : files.find('', name)
  if (found !== undefined) return join(dir, found)
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

function refuseOthers(files: Listing): void {
  if (files.anywhere('zones.dat'))
    throw new PieceworkError(
      'legacy/marzone',
      'This is a project of Marxan with Zones (zones.dat), which cannot be imported',
    )
  if (files.anywhere('targets.csv') && !files.anywhere('spec.dat'))
    throw new PieceworkError(
      'legacy/cluz',
      'This is a CLUZ folder (targets.csv without spec.dat): let CLUZ create the Marxan files first',
    )
}

type Tell = (finding: FolderFinding) => void

/** What a file is asked for by. */
interface Asking {
  readonly files: Listing
  readonly named: InputDat
  /** As people know it. */
  readonly input: string
  /** `''`: the folder itself. */
  readonly output: string | undefined
}

function missingFile(role: Role, { files, named, input, output }: Asking): MissingFile {
  const key = keys[role]
  const line = named.lines.get(key)
  const name = named.files[key]
  const taken = Object.values(keys).map((other) => lookUp(files, named, named.files[other]))
  const similar = similarFiles(files, lastPart(name), role, [input, output || undefined, ...taken])
  return {
    role,
    name: `${name} (${key}, ${line === undefined ? `which ${input} does not have` : `line ${line} of ${input}`})`,
    finding: {
      severity: 'error',
      code: 'legacy/file-missing',
      file: input,
      ...(line !== undefined && { line }),
      column: key,
      message: `${absence(input, key, name, line)}${similar.length > 0 ? `; there is ${similar.join(', ')}` : ''}`,
      ...(similar[0] !== undefined && { instead: similar[0] }),
    },
  }
}

function absence(input: string, key: string, name: string, line: number | undefined): string {
  if (name === '') return `${key} is empty where the name of a file is needed`
  return `${line === undefined ? `${input} does not have ${key}, and ${name}` : `${key} names ${name}, which`} is neither in the folder nor in one directly below it`
}

function reportMissingBound(asking: Asking, tell: Tell): void {
  const { finding } = missingFile('bound.dat', asking)
  const message = `${finding.message}: the project is without boundary lengths`
  tell({ ...finding, severity: 'warning', message })
}

/** Programs name the file whether it is there or not. */
function reportBlocks({ files, named, input }: Asking, tell: Tell): void {
  const name = named.files.BLOCKDEFNAME
  const path = name === '' ? undefined : lookUp(files, named, name)
  const line = named.lines.get('BLOCKDEFNAME')
  if (path !== undefined && line !== undefined)
    tell({
      severity: 'warning',
      code: 'legacy/blocks-not-carried',
      file: input,
      line,
      column: 'BLOCKDEFNAME',
      message: `${path} is not imported: features have the targets that spec.dat gives them, not those of their type`,
    })
}

/** Without a folder (Inedit and Zonae Cogito write 0), Marxan writes its results beside input.dat. */
function outputFolder(files: Listing, named: string): string | undefined {
  const name = lastPart(named)
  if (!['', '0', '.'].includes(name)) return files.folder(named) ?? files.folder(name)
  return files.in('').some((file) => resultName(file)) ? '' : undefined
}

const missingGrid: MissingFile = {
  role: gridRole,
  name: 'the planning grid (.shp or .zip)',
  finding: {
    severity: 'error',
    code: 'legacy/file-missing',
    file: gridRole,
    message: 'The folder has no planning grid, neither a .shp nor a zip with one',
  },
}

function lookUp(files: Listing, named: InputDat, wanted: string): string | undefined {
  const { INPUTDIR } = named.files
  const name = lastPart(wanted)
  return (
    files.find(INPUTDIR, name) ??
    files.find(lastPart(INPUTDIR), name) ??
    files.find('', name) ??
    files.anywhere(name)
  )
}

/** Of a path of any machine. */
function lastPart(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? ''
}

function shown(dir: string, path: string): string {
  const way = relative(dir, path)
  return way.startsWith('..') ? path : way.split(sep).join('/')
}

function defined<T extends object>(given: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>
  }
}
