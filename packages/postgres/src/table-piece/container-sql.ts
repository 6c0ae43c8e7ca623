import { arrayLeaves, mapArray } from './array-sql.js'
import { documentSql } from './document-sql.js'
import { keyFamily } from './key-family.js'
import { sharedNumberPrefix, sharedPrefix } from './shared-prefix.js'
import type { ContainedTarget, ContainerPlan } from './table-plan.js'
import { mapText, textLeaves } from './text-sql.js'

type Container = Pick<ContainerPlan, 'form' | 'column'>

/** Makes SQL of a text of SQL of an id as text. */
type Leaf = (id: string) => string

/** SQL of a value of the column, or its text in a file, as what ids are looked for in. */
export function openSql({ form, column }: Container, value: string): string {
  if (form === 'json') return documentSql(column.base).open(value)
  return form === 'text' ? `(${value})::text` : value
}

/** SQL of what `openSql` or `mapLeaves` gives, as a value of the column. */
export function closeSql({ form, column }: Container, value: string): string {
  return form === 'json' ? documentSql(column.base).close(value, column.type) : `(${value})::${column.type}`
}

/**
 * SQL of `value` with every id replaced by `leaf`. If that is NULL, an element of an array or a member by its
 * name is left out, a member's value becomes null, and a text keeps what it has. `as`: whether new ids are
 * keys, or texts that stand for them.
 */
export function mapLeaves(
  { form, column }: Container,
  target: ContainedTarget,
  value: string,
  leaf: Leaf,
  as: 'keys' | 'texts',
): string {
  if (form === 'array') return mapArray(value, as === 'texts' ? 'text[]' : column.type, leaf)
  if (form === 'text') return mapText(value, target, leaf)
  const text: Leaf = (id) => `to_jsonb((${leaf(id)})::text)`
  const whole: Leaf = (id) => `to_jsonb((${leaf(id)})::bigint)`
  if (!holdsNumbers(target)) return documentSql(column.base).map(value, target.path, text)
  // What stands in the place of a number becomes one again.
  const string: Leaf =
    as === 'texts'
      ? text
      : (id) => `CASE WHEN starts_with(${id}, '${sharedNumberPrefix}') THEN ${whole(id)} ELSE ${text(id)} END`
  const number: Leaf =
    as === 'texts'
      ? (id) =>
          `(SELECT CASE WHEN starts_with(l.v, '${sharedPrefix}') THEN to_jsonb('${sharedNumberPrefix}' || substr(l.v, ${sharedPrefix.length + 1})) WHEN l.v = ${id} THEN l.v::jsonb ELSE to_jsonb(l.v) END FROM (SELECT ${leaf(id)} AS v) l)`
      : whole
  return documentSql(column.base).map(value, target.path, string, number)
}

/** SQL of a relation whose rows, `id` text, are the ids in `value`. */
export function leavesOf({ form, column }: Container, target: ContainedTarget, value: string): string {
  if (form === 'array') return arrayLeaves(value)
  if (form === 'text') return textLeaves(value, target)
  return documentSql(column.base).leaves(value, target.path, holdsNumbers(target))
}

/** Whether a number in a document may be an id. */
const holdsNumbers = ({ keyColumn }: ContainedTarget): boolean => keyFamily(keyColumn) === 'integer'
