import type { ResourceRef } from '../contracts/resource.js'
import { zipEntryDefaults } from '../defaults.js'
import { each, type Steps } from './steps.js'

/** One piece of one resource, as an archive names it. */
export interface ArchiveNode {
  readonly resource: ResourceRef
  /** The piece's. */
  readonly name: string
}

/**
 * Where an entry stands in the zip: pieces of the root under their names, those of descendants below
 * `<kind>/<id>/`.
 */
export function entryPath(root: ResourceRef, node: ArchiveNode, path: string): string {
  const { kind, id } = node.resource
  const own = kind === root.kind && id === root.id ? '' : `${safeSegment(kind)}/${safeSegment(id)}/`
  return `${own}${node.name}/${path}`
}

/** `%41` for every byte but `a-z 0-9 _ -`, so that ids differ on file systems that ignore case, too. */
function safeSegment(text: string): string {
  if (/^[a-z0-9_-]*$/.test(text)) return text
  let segment = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte)
    segment += /[a-z0-9_-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return segment
}

const segment = /^[A-Za-z0-9._%-]+$/

/**
 * What is wrong with a path in a zip, or undefined. Nothing is ever extracted to it; people's tools may do
 * so.
 */
export function pathFault(path: string): string | undefined {
  if (path.includes('\0')) return 'has a NUL byte'
  if (path.includes('\\')) return 'has a backslash'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute'
  if (path.endsWith('/')) return 'is a directory'
  const segments = path.split('/')
  if (segments.length > zipEntryDefaults.pathSegments)
    return `has more than ${zipEntryDefaults.pathSegments} parts`
  if (segments.some((part) => part === '..' || part === '.' || part === '')) return 'leaves its folder'
  if (!segments.every((part) => segment.test(part)))
    return 'has characters other than letters, digits, ".", "_", "-" and "%"'
  return undefined
}

/** The first path that another one equals (ignoring case) or lies below. */
export function* clashSteps(paths: Iterable<string>): Steps<string | undefined> {
  const taken = new Set<string>()
  const folders = new Set<string>()
  let clash: string | undefined
  yield* each(paths, (path) => {
    const key = path.toLowerCase()
    if (taken.has(key) || folders.has(key)) clash ??= path
    taken.add(key)
    for (let slash = key.indexOf('/'); slash !== -1; slash = key.indexOf('/', slash + 1)) {
      const folder = key.slice(0, slash)
      if (taken.has(folder)) clash ??= path
      folders.add(folder)
    }
  })
  return clash
}
