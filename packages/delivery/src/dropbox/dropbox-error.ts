import { type ErrorCode, PieceworkError } from '@piecework/core'
import type { DropboxAnswer } from './dropbox-call.js'

/**
 * What went wrong, as Dropbox has it: of `{ error: { .tag: 'path', reason: { .tag: 'insufficient_space' } } }` all tags, outermost
 * first.
 */
export function tagsOf({ body }: DropboxAnswer): readonly string[] {
  const tags: string[] = []
  let at: unknown = Object(body).error
  while (typeof at === 'object' && at !== null && tags.length < 5) {
    const union = at as Readonly<Record<string, unknown>>
    const tag = union['.tag']
    if (typeof tag === 'string' && /^\w{1,60}$/.test(tag)) tags.push(tag)
    at = union.reason ?? (typeof tag === 'string' ? union[tag] : undefined)
  }
  return tags
}

/** Where the upload goes on, if that is what is told. */
export function correctOffset({ body }: DropboxAnswer): number | undefined {
  const { error } = Object(body) as { readonly error?: unknown }
  const { correct_offset: own, lookup_failed: inner } = Object(error) as Readonly<Record<string, unknown>>
  const offset = own ?? (Object(inner) as Readonly<Record<string, unknown>>).correct_offset
  return Number.isSafeInteger(offset) && Number(offset) >= 0 ? Number(offset) : undefined
}

const denied: Readonly<Record<string, string>> = {
  malformed_path: 'Dropbox does not take the folder or the name of the file.',
  disallowed_name: 'Dropbox does not take the name of the file or of the folder.',
  conflict: 'Something else in the Dropbox stands in the way of the folder.',
  no_write_permission: 'The Dropbox may not be written to in this folder; choose another one.',
  team_folder: 'Dropbox does not let this team folder be written to; choose another one.',
  access_restricted: 'Dropbox restricts access to this folder; choose another one.',
  missing_scope:
    'The app lacks a permission of Dropbox; connect Dropbox again, or ask the operator of this service.',
  too_large: 'The file is larger than Dropbox takes.',
  payload_too_large: 'The file is larger than Dropbox takes.',
}

/** Of an answer that is no success. What the user should do is in the message; `insufficient_space` is the caller's. */
export function dropboxError(answer: DropboxAnswer): PieceworkError {
  const { status, retryAfterMs } = answer
  const tags = tagsOf(answer)
  const told = tags.length > 0 ? `${status}, ${tags.join('/')}` : `${status}`
  const error = (code: ErrorCode, message: string, retryable = false) =>
    new PieceworkError(code, message, {
      retryable,
      facts: { status, tags, ...(retryable && retryAfterMs !== undefined && { retryAfterMs }) },
    })
  const [known] = tags.filter((tag) => Object.hasOwn(denied, tag))
  if (status === 429 || tags.includes('too_many_write_operations'))
    return error('delivery-unreachable', 'Dropbox is asked too much at the moment.', true)
  if (known !== undefined) return error('delivery-denied', denied[known] ?? '')
  if (status === 401)
    return error('delivery-auth', 'Dropbox refuses the access that the app has. Connect Dropbox again.')
  if (tags.includes('not_found'))
    return error('delivery-not-found', 'The folder is not there in the Dropbox; choose another one.')
  if (status === 403) return error('delivery-denied', `Dropbox does not allow it for this account (${told}).`)
  if (tags.includes('content_hash_mismatch'))
    return error('delivery-unreachable', 'Bytes were altered on their way to Dropbox.', true)
  const passes = status >= 500 || status === 408 || tags.includes('operation_suppressed')
  return error('delivery-unreachable', `Dropbox gave an answer that is of no use (${told}).`, passes)
}
