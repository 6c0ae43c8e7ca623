import { PieceworkError } from '../contracts/errors.js'
import { each, type Steps } from './steps.js'

/**
 * Archives that people have unpacked and packed again: with entries for folders, with what their system leaves
 * in folders, or with the folder around it all. What is left out here is never read.
 */

const leftBehind = /(?:^|\/)(?:__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i

/** The paths of files, and none of the folders that they are in or of what a system has left there. */
export function* filePaths(paths: readonly string[]): Steps<ReadonlySet<string>> {
  const files = new Set<string>()
  const folders = new Set<string>()
  yield* each(paths, (path) => {
    if (leftBehind.test(path)) return
    files.add(path)
    for (let at = path.indexOf('/'); at !== -1 && at < path.length - 1; at = path.indexOf('/', at + 1))
      folders.add(path.slice(0, at + 1))
  })
  yield* each(folders, (folder) => files.delete(folder))
  return files
}

/** The folder that all paths are in, with its slash; '' if the manifest stands where it must. */
export function folderAround(paths: readonly string[]): string {
  if (paths.includes('manifest.json')) return ''
  const [first = ''] = paths
  const folder = first.slice(0, first.indexOf('/') + 1)
  const isOne = folder !== '' && folder !== './' && folder !== '../' && !/[\\\0]/.test(folder)
  const holdsAll = paths.includes(`${folder}manifest.json`) && paths.every((path) => path.startsWith(folder))
  return isOne && holdsAll ? folder : ''
}

/** What to tell people whose zip is none of ours. */
export const packAgain =
  'if it was unpacked and packed again, pack manifest.json and all that was beside it, and nothing else'

export const noManifest = (): PieceworkError =>
  new PieceworkError(
    'archive-invalid',
    `This zip is not a Piecework archive: it has no manifest.json; ${packAgain}`,
  )
