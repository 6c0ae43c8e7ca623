import { createWriteStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Finding, PieceworkError, type UploadSource } from '@piecework/core'
import { findMarxanFiles } from '@piecework/marxan-files'
import { ZipArchive } from 'archiver'
import { makeSample } from '../sample/make-sample.js'

/** A Marxan folder, ready to be imported. */
export interface DemoInput {
  readonly name: string
  readonly folder: string
  /** Paths by role, as they were found. */
  readonly files: Readonly<Record<string, string>>
  readonly uploads: Readonly<Record<string, UploadSource>>
  /** Which files were chosen, if there were several. */
  readonly notes: readonly Finding[]
}

export interface InputOptions {
  readonly input?: string
  readonly idAttribute?: string
  readonly seed: string
}

/** Finds the files of the folder, or makes the sample in `work` if there is none. */
export async function openInput(
  folder: string | undefined,
  work: string,
  options: InputOptions,
): Promise<DemoInput> {
  await mkdir(work, { recursive: true })
  const dir = folder === undefined ? await sampleIn(work, options.seed) : resolve(folder)
  const there = await stat(dir).catch(() => undefined)
  if (!there?.isDirectory()) throw new PieceworkError('input-incomplete', `There is no folder ${dir}.`)
  const found = await findMarxanFiles(dir, options.input === undefined ? {} : { input: options.input })
  const { grid } = found
  const gridFile = grid.kind === 'zip' ? grid.path : await zipOf(grid.paths, join(work, 'planning-grid.zip'))
  const files: Record<string, string> = {
    'planning-grid':
      grid.kind === 'zip' ? grid.path : (grid.paths.find((path) => /\.shp$/i.test(path)) ?? ''),
    'input.dat': found.input,
    'pu.dat': found.pu,
    'spec.dat': found.spec,
    'puvspr.dat': found.puvspr,
    ...(found.bound !== undefined && { 'bound.dat': found.bound }),
  }
  const uploads = Object.fromEntries(
    Object.entries(files).map(([role, file]): [string, UploadSource] => [role, { file }]),
  )
  const { idAttribute } = options
  uploads['planning-grid'] = {
    file: gridFile,
    ...(idAttribute !== undefined && { metadata: { idAttribute } }),
  }
  const notes = found.findings.map((finding) => ({ ...finding, piece: 'legacy-marxan' }))
  return { name: folder === undefined ? 'sample' : basename(dir), folder: dir, files, uploads, notes }
}

async function sampleIn(work: string, seed: string): Promise<string> {
  const dir = join(work, 'sample')
  const number = Number(seed)
  if (!Number.isSafeInteger(number))
    throw new PieceworkError('options-invalid', `The seed ${seed} is not an integer.`)
  await makeSample(dir, { seed: number, units: 2000 })
  return dir
}

/** The parts of a shapefile in one zip, as it is uploaded. */
async function zipOf(paths: readonly string[], zip: string): Promise<string> {
  const archive = new ZipArchive({ zlib: { level: 1 } })
  for (const path of paths) archive.file(path, { name: basename(path) })
  await Promise.all([archive.finalize(), pipeline(archive, createWriteStream(zip))])
  return zip
}
