import { basename } from 'node:path'
import type { UploadSource } from '@piecework/core'
import type { MarxanFiles } from './folder.js'
import { storedZip } from './folder-zip.js'
import { gridRole, type RoleName } from './roles.js'

export interface MarxanUploadsOptions {
  /** What comes with the files, by role: `{ 'planning-grid': { idAttribute: 'FID' } }`. */
  readonly metadata?: Partial<Readonly<Record<RoleName, Readonly<Record<string, unknown>>>>>
  readonly signal?: AbortSignal
}

/**
 * The files of a folder as the uploads of one import, by role; the parts of a shapefile as one zip, which is put nowhere on disk. Results
 * are left out: Marxan may have left those of several scenarios.
 */
export async function marxanUploads(
  { input, pu, spec, puvspr, bound, grid }: MarxanFiles,
  { metadata = {}, signal = new AbortController().signal }: MarxanUploadsOptions = {},
): Promise<Readonly<Record<string, UploadSource>>> {
  const sources: Partial<Record<RoleName, UploadSource>> = {
    [gridRole]: grid.kind === 'zip' ? { file: grid.path } : await zipped(grid.paths, signal),
    'input.dat': { file: input },
    'pu.dat': { file: pu },
    'spec.dat': { file: spec },
    'puvspr.dat': { file: puvspr },
    ...(bound !== undefined && { 'bound.dat': { file: bound } }),
  }
  return Object.fromEntries(
    Object.entries(sources).map(([role, source]) => {
      const given = metadata[role as RoleName]
      return [role, given ? { ...source, metadata: given } : source]
    }),
  )
}

async function zipped(paths: readonly string[], signal: AbortSignal): Promise<UploadSource> {
  const shape = paths.find((path) => /\.shp$/i.test(path)) ?? gridRole
  const zip = await storedZip(gridRole, paths, signal)
  return { stream: zip.open(), fileName: basename(shape).replace(/(\.shp)?$/i, '.zip') }
}
