import { createReadStream } from 'node:fs'
import { basename, join } from 'node:path'
import type { UploadSource } from '@piecework/core'
import { check, checkOptions, type OptionChecks, objectCheck, zipFiles } from '@piecework/core/piece'
import { gridRole, outputRole, type RoleName, roles } from '../roles.js'
import type { MarxanFiles } from './find-marxan-files.js'
import { resultFiles } from './result-files.js'

export interface MarxanUploadsOptions {
  /** Metadata of the files, by role: `{ 'planning-grid': { idAttribute: 'FID' } }`. */
  readonly metadata?: Partial<Readonly<Record<RoleName, Readonly<Record<string, unknown>>>>>
  /** The results too, if the folder has some: those of the scenario that input.dat names are imported. Default true. */
  readonly output?: boolean
  readonly signal?: AbortSignal
}

type Metadata = NonNullable<MarxanUploadsOptions['metadata']>

const uploadsChecks: OptionChecks<MarxanUploadsOptions> = {
  metadata: objectCheck(
    Object.fromEntries(Object.keys(roles).map((role) => [role, check.json])) as OptionChecks<Metadata>,
  ),
  output: check.flag,
  signal: check.signal,
}

/**
 * The files of a folder as the uploads of one import, by role, without those that it does not have; the parts of a shapefile, and results, as one zip each, made while it is
 * uploaded. Throws `options-invalid` for
 * metadata of a role that does not exist.
 */
export async function marxanUploads(
  { input, pu, spec, puvspr, bound, grid, output: results }: Partial<MarxanFiles>,
  options?: MarxanUploadsOptions,
): Promise<Readonly<Record<string, UploadSource>>> {
  const { metadata = {}, output = true, signal } = checkOptions('marxanUploads()', options, uploadsChecks)
  const zippedResults = output && results !== undefined ? await zippedOutput(results, signal) : undefined
  const sources: Partial<Record<RoleName, UploadSource>> = {
    ...(grid && { [gridRole]: grid.kind === 'zip' ? { file: grid.path } : zippedGrid(grid.paths, signal) }),
    ...(input !== undefined && { 'input.dat': { file: input } }),
    ...(pu !== undefined && { 'pu.dat': { file: pu } }),
    ...(spec !== undefined && { 'spec.dat': { file: spec } }),
    ...(puvspr !== undefined && { 'puvspr.dat': { file: puvspr } }),
    ...(bound !== undefined && { 'bound.dat': { file: bound } }),
    ...(zippedResults && { [outputRole]: zippedResults }),
  }
  return Object.fromEntries(
    Object.entries(sources).map(([role, source]) => {
      const given = metadata[role as RoleName]
      return [role, given ? { ...source, metadata: given } : source]
    }),
  )
}

function zipped(paths: readonly string[], fileName: string, signal: AbortSignal | undefined): UploadSource {
  const files = paths.map((path) => ({ name: basename(path), open: () => createReadStream(path) }))
  return { stream: zipFiles(files, { store: true, signal }), fileName }
}

function zippedGrid(paths: readonly string[], signal: AbortSignal | undefined): UploadSource {
  const shape = paths.find((path) => /\.shp$/i.test(path)) ?? gridRole
  return zipped(paths, basename(shape).replace(/(\.shp)?$/i, '.zip'), signal)
}

/** Undefined for a folder without results. */
async function zippedOutput(
  folder: string,
  signal: AbortSignal | undefined,
): Promise<UploadSource | undefined> {
  const names = await resultFiles(folder)
  if (names.length === 0) return undefined
  return zipped(
    names.map((name) => join(folder, name)),
    'output.zip',
    signal,
  )
}
