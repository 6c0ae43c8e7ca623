import { httpError } from '../problems/http-error.js'
import type { HttpRequest } from './http-request.js'

/** Throws `http/path` and `http/headers`. */
export function checkSize(
  { url, headers }: HttpRequest,
  { pathLength, headerBytes }: { readonly pathLength: number; readonly headerBytes: number },
): void {
  if (url.length > pathLength)
    throw httpError('http/path', `An address may have ${pathLength} characters; this has ${url.length}.`)
  let size = 0
  for (const [name, value] of headers) size += name.length + value.length + 4
  if (size > headerBytes) throw httpError('http/headers', `The headers are larger than ${headerBytes} bytes.`)
}
