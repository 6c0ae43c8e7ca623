import { basename, relative, sep } from 'node:path'
import type { SortContext, SortedFiles } from '@piecework/core/piece'
import {
  type FolderSearch,
  gridRole,
  marxanUploads,
  outputRole,
  resultFiles,
  searchFolder,
} from '@piecework/marxan-files'
import { withFolderHint } from './what-to-change.js'

/** Finds the files of a Marxan project in a folder, as `marxan-check` does. */
export async function sortFolder(folder: string, { given, signal }: SortContext): Promise<SortedFiles> {
  const found = await searchFolder(folder, { given })
  const missing = found.missing.map(({ role }) => role)
  const findings = [...found.missing.map(({ finding }) => finding), ...found.findings].map(withFolderHint)
  const files = await filesOf(folder, found)
  const uploads = await marxanUploads(found, { signal })
  // What came with its role stays as it came.
  const sorted = Object.entries(uploads).filter(([role]) => given[role] === undefined)
  return { uploads: Object.fromEntries(sorted), files, missing, findings }
}

/** The file of each role, below the folder. */
async function filesOf(folder: string, found: FolderSearch): Promise<SortedFiles['files']> {
  const { input, pu, spec, puvspr, bound, output, grid } = found
  const results = output === undefined ? [] : await resultFiles(output)
  const gridPath = grid?.kind === 'zip' ? grid.path : grid?.paths.find((path) => /\.shp$/i.test(path))
  const paths: readonly (readonly [role: string, path: string | undefined])[] = [
    [gridRole, gridPath],
    ['input.dat', input],
    ['pu.dat', pu],
    ['spec.dat', spec],
    ['puvspr.dat', puvspr],
    ['bound.dat', bound],
    [outputRole, results.length > 0 ? output : undefined],
  ]
  return paths.flatMap(([role, path]) => {
    const shown = path === undefined ? '..' : relative(folder, path).split(sep).join('/')
    if (path === undefined || shown.startsWith('..')) return []
    return [{ role, path: shown === '' ? basename(folder) : shown }]
  })
}
