import { basename } from 'node:path'
import type { UploadSource } from '@piecework/core'
import type { MarxanFiles } from './folder.js'
import { storedZip } from './folder-zip.js'
import { gridRole } from './roles.js'

/**
 * The files of a folder as the uploads of an import, by role; the parts of a shapefile as one zip, which is put nowhere on disk. Results
 * are left out: Marxan may have left those of several scenarios.
 */
export async function marxanUploads(
  { input, pu, spec, puvspr, bound, grid }: MarxanFiles,
  signal: AbortSignal = new AbortController().signal,
): Promise<Readonly<Record<string, UploadSource>>> {
  return {
    [gridRole]: grid.kind === 'zip' ? { file: grid.path } : await zipped(grid.paths, signal),
    'input.dat': { file: input },
    'pu.dat': { file: pu },
    'spec.dat': { file: spec },
    'puvspr.dat': { file: puvspr },
    ...(bound !== undefined && { 'bound.dat': { file: bound } }),
  }
}

async function zipped(paths: readonly string[], signal: AbortSignal): Promise<UploadSource> {
  const shape = paths.find((path) => /\.shp$/i.test(path)) ?? gridRole
  const zip = await storedZip(gridRole, paths, signal)
  return { stream: zip.open(), fileName: basename(shape).replace(/(\.shp)?$/i, '.zip') }
}
