import { PieceworkError } from '@piecework/core/store'

/**
 * A name as a quoted SQL identifier. Refuses what PostgreSQL cannot hold as a name: empty, NUL, longer than
 * 63 bytes.
 */
export function quoteIdent(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > 63) {
    throw new PieceworkError('database', `${JSON.stringify(name)} cannot be the name of a table or column.`)
  }
  return `"${name.replaceAll('"', '""')}"`
}
