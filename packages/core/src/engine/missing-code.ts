import { isPieceworkError } from '../contracts/errors.js'

/**
 * Whether an attempt failed because this process runs other code than the one of the request, which had opened
 * the same input: it has no such piece, or reads neither its version nor the archive's.
 */
export function isMissingCode(error: unknown): boolean {
  if (!isPieceworkError(error)) return false
  return error.code === 'piece-unknown' || error.code === 'archive-newer' || error.facts.unread !== undefined
}
