import type { KeptArchive } from '../contracts/job-result.js'
import type { InputSource, UploadSource } from '../contracts/upload.js'
import { check } from '../options/check.js'
import { objectCheck } from '../options/object-check.js'
import type { Check, OptionChecks } from '../options/option-checks.js'
import { type Place, refuse } from '../options/place.js'

/** Where an archive is: in the artifact store, an upload that is complete, or a file of this machine. */
export type ArchiveSource =
  | { readonly artifact: string }
  | { readonly upload: string }
  | { readonly file: string }

/** The same of an archive. */
export type ArchiveInput = InputSource | { readonly upload: string }

/** What the result of an export holds beside `artifact`, so that it can be given as it is. */
const ofArchive: OptionChecks<Partial<Omit<KeptArchive, 'artifact'>>> = {
  size: check.anything,
  digest: check.anything,
  sha256: check.anything,
  expiresAt: check.anything,
  deletedAt: check.anything,
}

const input: OptionChecks<InputSource> = {
  artifact: check.text,
  file: check.text,
  stream,
  fileName: check.text,
}
const archive: OptionChecks<ArchiveSource> = { artifact: check.text, upload: check.text, file: check.text }
const upload: OptionChecks<UploadSource> = { ...input, metadata: check.json }

export const archiveSource = oneOf(archive, ['artifact', 'upload', 'file'])
export const archiveInput = oneOf<ArchiveInput>({ ...input, upload: check.text }, [
  'artifact',
  'upload',
  'file',
  'stream',
])
export const uploadSource = oneOf(upload, ['artifact', 'file', 'stream'])

/** An object that names one of these places of bytes. */
function oneOf<T extends object>(checks: OptionChecks<T>, places: readonly string[]): Check<T> {
  const known = objectCheck<T>({ ...ofArchive, ...checks })
  return (value, place) => {
    const refuseIt = (why: string): never => {
      const must = `${place.path} must be ${places.map((one) => `{ ${one} }`).join(' or ')}`
      return refuse(place, `${place.subject}: ${must}${why}.`)
    }
    if (typeof value === 'string')
      return refuseIt(', not a string: { file } takes a path, { artifact } a key')
    if (isStream(value) && places.includes('stream')) return refuseIt(': { stream } takes a stream')
    const source = known(value, place)
    const given = places.filter((one) => Object.hasOwn(source, one))
    if (given.length !== 1) return refuseIt(given.length === 0 ? '' : `, not ${given.join(' and ')} at once`)
    if (Object.hasOwn(source, 'fileName') && given[0] !== 'stream')
      return refuseIt(`: fileName goes with { stream } only`)
    return source
  }
}

function isStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function stream(value: unknown, place: Place): AsyncIterable<Uint8Array> {
  if (isStream(value)) return value
  return refuse(
    place,
    `${place.subject}: ${place.path} must be an async iterable of bytes, as a Readable is.`,
  )
}
