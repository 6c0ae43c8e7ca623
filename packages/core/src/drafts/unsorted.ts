import { PieceworkError } from '../contracts/errors.js'
import type { Format } from '../contracts/format.js'
import type { Upload } from '../contracts/upload.js'
import { fileNameDefaults, zipEntryDefaults } from '../defaults.js'

/** What a file is uploaded as whose role the format is to find. */
export const unsorted = 'unsorted'

export function isUnsorted({ role }: Pick<Upload, 'role'>): boolean {
  return role.startsWith(`${unsorted}/`)
}

/** Each is kept by its path below the folder that it was in. Throws `options-invalid`. */
export function unsortedRole(fileName: string | undefined): string {
  const path = fileName?.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '') ?? ''
  const fault = path === '' ? 'is missing' : folderPathFault(path)
  if (fault === undefined) return `${unsorted}/${path}`
  throw new PieceworkError(
    'options-invalid',
    `An unsorted file comes with its name, or its path in the folder: ${JSON.stringify(path.slice(0, 200))} ${fault}.`,
  )
}

/** Throws `upload-limit` for one file more than the format sorts. */
export function assertUnsortedRoom(
  { unsorted: limits }: Format,
  uploads: readonly Upload[],
  role: string,
): void {
  const others = uploads.filter((upload) => isUnsorted(upload) && upload.role !== role)
  if (!limits || !isUnsorted({ role }) || others.length < limits.maxFiles) return
  throw new PieceworkError(
    'upload-limit',
    `At most ${limits.maxFiles} unsorted files are taken: send a zip.`,
    {
      facts: { maxFiles: limits.maxFiles },
    },
  )
}

/** As it was given. */
export function shownUpload(upload: Upload): Upload {
  return isUnsorted(upload) ? { ...upload, role: unsorted, fileName: unsortedPath(upload) } : upload
}

/** Below the folder, with slashes. */
export function unsortedPath({ role }: Pick<Upload, 'role'>): string {
  return role.slice(unsorted.length + 1)
}

/** Why a path is none below a folder of any disk, or undefined. */
export function folderPathFault(path: string): string | undefined {
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no disk takes them
  if (/[\u0000-\u001f]/.test(path)) return 'has a control character'
  const segments = path.split('/')
  if (segments.length > zipEntryDefaults.pathSegments) return 'lies too deep'
  if (segments.some((part) => part === '' || part === '.' || part === '..')) return 'leaves its folder'
  if (segments.some((part) => Buffer.byteLength(part) > fileNameDefaults.bytes))
    return 'has a part that is too long'
  return undefined
}
