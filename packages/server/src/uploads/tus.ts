import { PieceworkError } from '@piecework/core'
import { fileNameLength } from '../defaults.js'
import type { HttpRequest } from '../http/http-request.js'
import { httpError } from '../problems/http-error.js'
import { cleanName } from './multipart.js'

/** https://tus.io/protocols/resumable-upload: what of it there is. */
const version = '1.0.0'
const extensions = 'creation,termination,expiration'
export const chunkType = 'application/offset+octet-stream'

export const tusHeaders = { 'tus-resumable': version } as const

/** Of the answer to OPTIONS. */
export const tusAbilities = { ...tusHeaders, 'tus-version': version, 'tus-extension': extensions } as const

export function isTus({ headers }: Pick<HttpRequest, 'headers'>): boolean {
  return headers.has('tus-resumable')
}

/** Throws `http/precondition` for another version of the protocol. */
export function checkVersion({ headers }: Pick<HttpRequest, 'headers'>): void {
  const given = headers.get('tus-resumable')
  if (given === undefined || given === version) return
  throw httpError('http/precondition', `This speaks version ${version} of tus, not ${given.slice(0, 20)}.`, {
    headers: { ...tusHeaders, 'tus-version': version },
  })
}

export interface TusCreation {
  /** Of the file, in bytes. */
  readonly size: number
  readonly fileName?: string
  /** `Upload-Metadata` as it came. */
  readonly clientMetadata?: string
  /** All else that came as `Upload-Metadata`, decoded, but for what clients add by themselves. */
  readonly fields: Readonly<Record<string, string>>
}

/** Throws `http/malformed` without `Upload-Length`, and for `Upload-Metadata` that cannot be read. */
export function creationOf({ headers }: Pick<HttpRequest, 'headers'>): TusCreation {
  const clientMetadata = headers.get('upload-metadata') ?? ''
  const given = metadataOf(clientMetadata)
  const fields = Object.fromEntries(Object.entries(given).filter(([name]) => !isOfClient(name, given)))
  const fileName = cleanName(given.filename)
  return {
    size: wholeNumber(headers, 'upload-length', 'The length of the file comes with it'),
    fields,
    ...(clientMetadata !== '' && { clientMetadata }),
    ...(fileName !== undefined && { fileName: fileName.slice(0, fileNameLength) }),
  }
}

/** Uppy says the name and the type twice, and where in a folder the file was. */
function isOfClient(
  name: string,
  { filename, filetype, ...given }: Readonly<Record<string, string>>,
): boolean {
  if (name === 'name') return given.name === filename
  if (name === 'type') return given.type === filetype
  return ['filename', 'filetype', 'relativePath'].includes(name)
}

/** Throws `http/malformed`. */
export function offsetOf({ headers }: Pick<HttpRequest, 'headers'>): number {
  return wholeNumber(headers, 'upload-offset', 'Where the part begins comes with it')
}

function wholeNumber(headers: HttpRequest['headers'], name: string, why: string): number {
  const text = headers.get(name) ?? ''
  const value = Number(text)
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(value)) return value
  throw httpError('http/malformed', `${why}, as a header ${name} in bytes.`)
}

/** Pairs of a name and a value in base64, by commas. */
function metadataOf(header: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  for (const pair of header.split(',')) {
    const [name = '', value = '', ...more] = pair.trim().split(' ')
    if (name === '' && value === '') continue
    if (more.length > 0 || found.has(name) || !/^[A-Za-z0-9+/]*={0,2}$/.test(value))
      throw httpError(
        'http/malformed',
        'The header Upload-Metadata is not pairs of a name and a value in base64.',
      )
    found.set(name, decoded(name, value))
  }
  return Object.fromEntries(found)
}

function decoded(name: string, value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'base64'))
  } catch (cause) {
    throw new PieceworkError('options-invalid', `"${name.slice(0, 100)}" of Upload-Metadata is not UTF-8.`, {
      cause,
    })
  }
}
