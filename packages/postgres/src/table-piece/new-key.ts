import type { ImportContext } from '@piecework/core/piece'
import { uuidExpression } from './uuid-expression.js'

/**
 * SQL for the new key of the row of `table` (the name under which its keys are remapped) whose old key is
 * `expression`; NULL for NULL. Every statement of a table piece makes new keys by it.
 */
export const newKeySql = ({ ids }: Pick<ImportContext, 'ids'>, table: string, expression: string): string =>
  uuidExpression(ids.key(table), expression)
