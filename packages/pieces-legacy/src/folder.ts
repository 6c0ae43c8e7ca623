import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { PieceworkError } from '@piecework/core'
import { type FileFinding, Findings } from './dat/findings.js'
import { type InputDat, readInputDat } from './dat/input-dat.js'
import { type FolderGrid, folderGrid } from './folder-grid.js'
import { type Listing, listing } from './folder-listing.js'

/** Where the files of a Marxan project are on disk. Paths are absolute where `dir` is. */
export interface MarxanFiles {
  readonly input: string
  readonly pu: string
  readonly spec: string
  readonly puvspr: string
  readonly bound?: string
  /** Folder of results, where there is one. */
  readonly output?: string
  readonly grid: FolderGrid
  /** Choices that were made: warnings about the folder. */
  readonly findings: readonly FileFinding[]
}

/**
 * Finds a Marxan project's files in a folder: input.dat is the first `*.dat` by name (or `input`) that names other files; these are looked
 * up by name, without regard to case, in INPUTDIR's last part, the folder and those below it. Throws `input-incomplete` naming everything
 * that is missing, `legacy/marzone` and `legacy/cluz` for the projects of other programs.
 */
export async function findMarxanFiles(
  dir: string,
  { input }: { readonly input?: string } = {},
): Promise<MarxanFiles> {
  const files = await listing(dir)
  refuseOthers(files)
  const findings = new Findings()
  const inputName = input ?? (await chooseInput(dir, files, findings))
  if (!files.has('', inputName)) throw missing(dir, [inputName])
  const inputPath = join(dir, files.find('', inputName) ?? inputName)
  const named = await readInputDat(createReadStream(inputPath), { findings: new Findings(0) })
  const find = (key: 'PUNAME' | 'SPECNAME' | 'PUVSPRNAME' | 'BOUNDNAME') => lookUp(files, named, key)
  const found = { pu: find('PUNAME'), spec: find('SPECNAME'), puvspr: find('PUVSPRNAME') }
  const output = files.folder(lastPart(named.output.OUTPUTDIR))
  const grid = await folderGrid(dir, files, output, findings)
  const { pu, spec, puvspr } = found
  if (!pu || !spec || !puvspr || !grid)
    throw missing(dir, [
      ...(pu ? [] : [named.files.PUNAME]),
      ...(spec ? [] : [named.files.SPECNAME]),
      ...(puvspr ? [] : [named.files.PUVSPRNAME]),
      ...(grid ? [] : ['the planning grid (.shp or .zip)']),
    ])
  const bound = named.files.BOUNDNAME === '' ? undefined : find('BOUNDNAME')
  return {
    input: inputPath,
    pu: join(dir, pu),
    spec: join(dir, spec),
    puvspr: join(dir, puvspr),
    ...(bound !== undefined && { bound: join(dir, bound) }),
    ...(output !== undefined && { output: join(dir, output) }),
    grid,
    findings: findings.list(),
  }
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

/** Enough of a file to tell what it is. */
const HEAD = 65_536
const NAMES_FILES = /^(?:PUNAME|SPECNAME|PUVSPRNAME)\s/m
const NAMES_ZONES = /^ZONESNAME\s/m

async function chooseInput(dir: string, files: Listing, findings: Findings): Promise<string> {
  const inputs: string[] = []
  for (const name of files.in('').filter((name) => name.toLowerCase().endsWith('.dat'))) {
    const head = await headOf(join(dir, name))
    if (NAMES_ZONES.test(head))
      throw new PieceworkError(
        'legacy/marzone',
        `This is a project of Marxan with Zones (${name} has ZONESNAME), which cannot be imported`,
      )
    if (NAMES_FILES.test(head)) inputs.push(name)
  }
  const [first, ...others] = inputs
  if (first === undefined) throw missing(dir, ['input.dat'])
  if (others.length > 0)
    findings.warning('legacy/input-choice', { file: first }, () => ({
      message: `${first} was taken; there are also ${others.join(', ')}`,
    }))
  return first
}

async function headOf(path: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: HEAD - 1 })) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1').replaceAll('\r', '\n')
}

function lookUp(files: Listing, named: InputDat, key: keyof InputDat['files']): string | undefined {
  const name = lastPart(named.files[key])
  return files.find(lastPart(named.files.INPUTDIR), name) ?? files.find('', name) ?? files.anywhere(name)
}

/** Of a path of any machine. */
function lastPart(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? ''
}

function missing(dir: string, names: readonly string[]): PieceworkError {
  return new PieceworkError('input-incomplete', `${dir} does not have ${names.join(', ')}`, {
    facts: { missing: names },
  })
}
