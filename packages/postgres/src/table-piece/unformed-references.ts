import type { KeyForm } from '@piecework/core/piece'
import { keyFamily } from './key-family.js'
import type { TablePlan, Target } from './table-plan.js'

/**
 * References to text keys of which no piece says what new ones look like. Of resources' own rows, the kind says
 * it.
 */
export function unformedReferences(
  plans: readonly TablePlan[],
  forms: ReadonlyMap<string, KeyForm>,
): readonly string[] {
  const ofKinds = new Set(plans.flatMap(({ ownRow, spec }) => (ownRow ? [spec.table] : [])))
  const isUnformed = ({ table, key, name, shared }: Target): boolean => {
    const column = table.columns.get(key)
    return (
      !shared &&
      !forms.has(name) &&
      !ofKinds.has(name) &&
      column !== undefined &&
      keyFamily(column) === 'text'
    )
  }
  return plans.flatMap(({ spec, references, json }) =>
    [
      ...[...references].map(([column, target]) => [column, target] as const),
      ...[...json].flatMap(([column, { ids }]) => ids.map((target) => [column, target] as const)),
    ]
      .filter(([, target]) => isUnformed(target))
      .map(
        ([column, { name }]) =>
          `"${spec.table}"."${column}" leads to text keys of "${name}", and no piece says by "key" what new ones look like.`,
      ),
  )
}
