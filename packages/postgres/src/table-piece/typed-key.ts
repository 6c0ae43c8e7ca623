import { fillGroups } from './fill-groups.js'
import { keyFamily } from './key-family.js'
import { keyOfText } from './new-key.js'
import { isSameTable } from './table-name.js'
import type { MatchedTable, ReferencePlan } from './table-plan.js'

type Typed = Pick<ReferencePlan, 'column' | 'table' | 'key' | 'keyColumn' | 'name' | 'when'>

/** The column is a text and the keys are not: each id that is spelled as the database prints it is one. */
export const isSpelled = ({
  column,
  keyColumn,
  when,
}: Pick<Typed, 'column' | 'keyColumn' | 'when'>): boolean =>
  when !== undefined && keyFamily(column) === 'text' && keyFamily(keyColumn) !== 'text'

/** SQL of an id of the column as a key; NULL for a text that is none. */
export const typedKey = (reference: Typed, id: string): string =>
  isSpelled(reference) ? keyOfText(reference, id) : id

/** Type of what `typedKey` gives. */
export const typeOfKey = (reference: Typed): string =>
  isSpelled(reference) ? reference.keyColumn.type : reference.column.type

/** Such references to tables that one statement fills with their own: a row there is known by its old key, as it is stored. */
export const spelledInCircles = (plans: readonly MatchedTable[]) =>
  fillGroups(plans).flatMap((group) =>
    group.flatMap(({ spec, references }) =>
      references
        .filter((one) => isSpelled(one) && group.some(({ table }) => isSameTable(table, one.table)))
        .map(({ column, table, keyColumn }) => ({
          table: spec.table,
          column,
          to: { name: table.name, key: keyColumn.type },
        })),
    ),
  )
