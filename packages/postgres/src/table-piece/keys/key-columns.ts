import type { KeyColumns, Piece, Queryable } from '@piecework/core/piece'
import { ownKey } from '../key-target.js'
import { type Reading, readDeclared } from '../read-declared.js'
import { resolveTables } from '../resolve-tables.js'
import { type Declared, siblingsOf } from '../siblings.js'
import { targetsOf } from '../table-plan.js'

/** What the catalogue says of all that are asked at once. */
const readFor = new WeakMap<readonly Piece[], Promise<Reading>>()

/** Which columns of the piece new numbers are reserved for, and which of them lead to foreign tables. */
export async function keyColumns(
  db: Queryable,
  piece: Declared,
  asked: readonly Piece[] = [],
): Promise<KeyColumns> {
  const reading = readFor.get(asked) ?? readDeclared(db, siblingsOf(piece).declarations)
  readFor.set(asked, reading)
  const plans = await resolveTables(db, piece, await reading)
  return {
    numbered: Object.fromEntries(
      plans.flatMap((plan) => {
        const column = plan.numbers.key?.column
        return column ? [[ownKey(plan, column).name, column.name]] : []
      }),
    ),
    leading: plans.flatMap((plan) =>
      targetsOf(plan)
        .filter(({ target: { table, root, shared } }) => table.elsewhere && !root && !shared)
        .map(({ column, target: { name, key } }) => ({
          from: `"${plan.spec.table}"."${column.name}"`,
          table: name,
          key,
        })),
    ),
  }
}
