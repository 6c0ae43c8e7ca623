import { isPieceworkError, type PieceworkError } from '@piecework/core/piece'

const codes: ReadonlySet<string> = new Set([
  'archive-checksum',
  'archive-invalid',
  'archive-limit',
  'counts-differ',
])

/** Whether an error is about the bytes or rows of an entry, which the table piece's own validator reports. */
export const isEntryError = (error: unknown): error is PieceworkError =>
  isPieceworkError(error) && codes.has(error.code)
