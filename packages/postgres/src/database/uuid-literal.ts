import { PieceworkError } from '@piecework/core/store'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * An id as an SQL literal, for COPY, which takes no parameters. Throws on anything that is not a uuid in its
 * usual form.
 */
export function uuidLiteral(id: string): string {
  if (!uuid.test(id)) throw new PieceworkError('database', `${JSON.stringify(id)} is not a uuid.`)
  return `'${id.toLowerCase()}'::uuid`
}
