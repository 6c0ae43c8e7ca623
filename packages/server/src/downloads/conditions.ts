import { httpError } from '../problems/http-error.js'

type Headers = ReadonlyMap<string, string>

/** Whether the client has what it asks for. Weak tags count: it is the same either way. */
export function isKnown(headers: Headers, etag: string): boolean {
  const known = headers.get('if-none-match')
  return known !== undefined && tagsOf(known).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)
}

/** `http/precondition` if what the client goes on with is another file. */
export function mismatch(headers: Headers, etag: string): Error | undefined {
  const wanted = headers.get('if-match')
  if (wanted === undefined || tagsOf(wanted).some((tag) => tag === '*' || tag === etag)) return undefined
  return httpError('http/precondition', 'The file is not the one that If-Match names.', { headers: { etag } })
}

/** Whether a range may be sent: it is of the same bytes. A date, or a weak tag, says too little. */
export function mayResume(headers: Headers, etag: string): boolean {
  const condition = headers.get('if-range')
  return condition === undefined || condition.trim() === etag
}

function tagsOf(header: string): readonly string[] {
  return header.match(/(?:W\/)?"[^"]*"|\*/g) ?? []
}
