import { mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { type Finding, PieceworkError, type UploadSource } from '@piecework/core'
import { findMarxanFiles, marxanUploads } from '@piecework/marxan-files'
import { makeSample } from '../sample/make-sample.js'

/** A Marxan folder to import. */
export interface DemoInput {
  readonly name: string
  readonly folder: string
  /** Paths by role. */
  readonly files: Readonly<Record<string, string>>
  /** Which files were chosen, if there were several. */
  readonly notes: readonly Finding[]
  /** For one request: streams can be read once. */
  uploads(): Promise<Readonly<Record<string, UploadSource>>>
}

export interface InputOptions {
  readonly input?: string
  readonly idAttribute?: string
  /** False: results of Marxan are left out. */
  readonly results: boolean
  readonly seed: string
}

/** Finds the files of the folder, or makes the sample in `work` if there is none. */
export async function openInput(
  folder: string | undefined,
  work: string,
  { input, idAttribute, results, seed }: InputOptions,
): Promise<DemoInput> {
  await mkdir(work, { recursive: true })
  const dir = folder === undefined ? await sampleIn(work, seed) : resolve(folder)
  const found = await findMarxanFiles(dir, {
    ...(input !== undefined && { input }),
    ...(idAttribute !== undefined && { idAttribute }),
  })
  return {
    name: folder === undefined ? 'sample' : basename(dir),
    folder: dir,
    files: filesByRole(found),
    notes: found.findings.map((finding) => ({ ...finding, piece: 'legacy-marxan' })),
    uploads: () =>
      marxanUploads(found, {
        output: results,
        ...(idAttribute !== undefined && { metadata: { 'planning-grid': { idAttribute } } }),
      }),
  }
}

function filesByRole({
  grid,
  input,
  pu,
  spec,
  puvspr,
  bound,
}: Awaited<ReturnType<typeof findMarxanFiles>>): Readonly<Record<string, string>> {
  const gridFile = grid.kind === 'zip' ? grid.path : grid.paths.find((path) => /\.shp$/i.test(path))
  return {
    'planning-grid': gridFile ?? '',
    'input.dat': input,
    'pu.dat': pu,
    'spec.dat': spec,
    'puvspr.dat': puvspr,
    ...(bound !== undefined && { 'bound.dat': bound }),
  }
}

async function sampleIn(work: string, seed: string): Promise<string> {
  const dir = join(work, 'sample')
  const number = Number(seed)
  if (!Number.isSafeInteger(number))
    throw new PieceworkError('options-invalid', `The seed ${seed} is not an integer.`)
  await makeSample(dir, { seed: number, units: 2000 })
  return dir
}
