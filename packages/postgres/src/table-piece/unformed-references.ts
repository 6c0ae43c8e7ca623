import { keyFamily } from './key-family.js'
import type { TablePlan, Target } from './table-plan.js'

/**
 * References to text keys of which no piece says what new ones look like. Of resources' own rows, the kind says
 * it.
 */
export function unformedReferences(
  plans: readonly TablePlan[],
  isFormed: (table: string) => boolean,
): readonly string[] {
  const ofKinds = new Set(plans.flatMap(({ ownRow, name }) => (ownRow ? [name] : [])))
  const isUnformed = (target: Target): boolean => {
    const { table, key, name, shared } = target
    const column = table.columns.get(key)
    return (
      !shared &&
      !target.root &&
      !isFormed(name) &&
      !ofKinds.has(name) &&
      column !== undefined &&
      keyFamily(column) === 'text'
    )
  }
  return plans.flatMap(({ spec, references, containers }) =>
    [
      ...references.map((target) => [target.column.name, target] as const),
      ...containers.flatMap(({ column, ids }) => ids.map((target) => [column.name, target] as const)),
    ]
      .filter(([, target]) => isUnformed(target))
      .map(
        ([column, { name }]) =>
          `"${spec.table}"."${column}" leads to text keys of "${name}", and no piece says by "key" what new ones look like.`,
      ),
  )
}
