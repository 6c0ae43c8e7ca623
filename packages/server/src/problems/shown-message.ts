import type { PieceworkError } from '@piecework/core'
import { statusOf } from './statuses.js'

/**
 * What clients are told in the place of the message: those of this side name keys, tables and files, and that of a file
 * that is not there may name its key.
 */
export function shownMessage({ code, message }: Pick<PieceworkError, 'code' | 'message'>): string {
  const { status, title } = statusOf(code)
  const isHidden = code === 'artifact-not-found' || (status >= 500 && !code.startsWith('http/'))
  return isHidden ? `${title}.` : message
}
