import { isPieceworkError, PieceworkError } from '@piecework/core'
import { formDefaults } from '../defaults.js'
import { bodyBytes } from '../http/body-bytes.js'
import { type HttpRequest, hasBody, mediaTypeOf } from '../http/http-request.js'
import { queryOf } from '../http/query.js'
import { httpError } from '../problems/http-error.js'
import { cleanName, readMultipart, type UploadedFile } from './multipart.js'

export interface Upload extends UploadedFile {
  /** Of the form, or of the query of a raw body: `name`, `role` … */
  readonly fields: Readonly<Record<string, string>>
  /** Where these were, for messages. */
  readonly place: 'The form' | 'The query'
}

export interface UploadRules {
  /** Of raw bodies: `application/zip`. */
  readonly types: readonly string[]
  /** The route takes JSON, too, which it reads by itself. */
  readonly orJson?: true
  /** A body that states more is refused before it is read. In bytes. */
  readonly maxBytes: number
  readonly fieldBytes: number
  readonly idleMs: number
}

const form = 'multipart/form-data'

/**
 * Takes a file as a raw body, or in a form behind its fields. Throws `http/media-type`, and `http/too-large` if its
 * stated length is more than it may be, before a byte is read.
 */
export async function takeUpload<T>(
  request: HttpRequest,
  rules: UploadRules,
  take: (upload: Upload) => Promise<T>,
): Promise<T> {
  const type = mediaTypeOf(request)
  const isForm = type === form
  if (!hasBody(request) || (!isForm && !rules.types.includes(type))) throw otherType(rules)
  checkDeclared(request, isForm ? rules.maxBytes + rules.fieldBytes + formDefaults.bytes : rules.maxBytes)
  const bytes = bodyBytes(request, rules.idleMs)
  const query = queryOf(request.url)
  if (!isForm) {
    const { fileName, ...fields } = query
    const name = cleanName(fileName)
    return take({ fields, place: 'The query', bytes, ...(name !== undefined && { fileName: name }) })
  }
  const [extra] = Object.keys(query)
  if (extra !== undefined) throw misplaced(extra)
  const contentType = request.headers.get('content-type') ?? ''
  const { fields, file, end } = await readMultipart(bytes, contentType, rules.fieldBytes)
  try {
    return await take({ fields, place: 'The form', ...file })
  } finally {
    end()
  }
}

function otherType({ types, orJson }: UploadRules): PieceworkError {
  const taken = [...types, form, ...(orJson ? ['application/json'] : [])]
  return httpError('http/media-type', `This takes ${taken.join(' or ')}.`, {
    headers: { 'accept-post': taken.join(', ') },
  })
}

/** Throws `http/too-large` with both sizes. */
export function checkDeclared({ headers }: Pick<HttpRequest, 'headers'>, maxBytes: number): void {
  const size = Number(headers.get('content-length') ?? 0)
  if (size <= maxBytes) return
  throw httpError('http/too-large', `This body of ${size} bytes is larger than ${maxBytes}.`, {
    facts: { size, maxBytes },
  })
}

/**
 * Passes the bytes on to what stores them. A refusal for their size gets the size that is known: what was stated, or
 * what has come.
 */
export async function storing<T>(
  { headers }: Pick<HttpRequest, 'headers'>,
  bytes: AsyncIterable<Uint8Array>,
  store: (bytes: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  let came = 0
  const counted = async function* () {
    for await (const chunk of bytes) {
      came += chunk.length
      yield chunk
    }
  }
  try {
    return await store(counted())
  } catch (error) {
    if (!isPieceworkError(error, 'upload-limit')) throw error
    const size = Math.max(came, Number(headers.get('content-length') ?? 0))
    throw new PieceworkError(error.code, error.message, { facts: { ...error.facts, size } })
  }
}

/** A text of a field or a query that holds JSON. Throws `options-invalid`. */
export function jsonField(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new PieceworkError('options-invalid', `The field "${name}" must be JSON.`, {
      facts: { option: name },
    })
  }
}

function misplaced(name: string): PieceworkError {
  return new PieceworkError(
    'options-invalid',
    `With a form, "${name.slice(0, 100)}" is a field and not in the query.`,
    {
      facts: { option: name.slice(0, 100) },
    },
  )
}
