import type { KeyForm } from '@piecework/core/piece'
import type { Problem } from './facts/problem.js'
import { keyFamily } from './key-family.js'
import { unknownOwner } from './natural-key.js'
import { type TablePlan, type Target, targetsOf } from './table-plan.js'

/** `public.units` as pieces declare it. */
const declaredName = (name: string): string => name.replace(/^public\./, '')

/**
 * References to text keys of which no piece says what new ones look like. Of resources' own rows, the kind says
 * it. And references to natural keys of rows of which it is not known whose they are. `all`: of all pieces.
 */
export function unformedReferences(
  plans: readonly TablePlan[],
  formOf: (table: string) => KeyForm | undefined,
  all: readonly { readonly plans: readonly TablePlan[] }[],
): readonly Problem[] {
  const ofKinds = new Set(
    all.flatMap((one) => one.plans.flatMap(({ ownRow, name }) => (ownRow ? [name] : []))),
  )
  const isUnformed = (target: Target): boolean => {
    const { table, key, name, shared } = target
    const column = table.columns.get(key)
    return (
      !shared &&
      !target.root &&
      formOf(name) === undefined &&
      !ofKinds.has(declaredName(name)) &&
      column !== undefined &&
      keyFamily(column) === 'text'
    )
  }
  const isUnowned = ({ name, root, shared, of, ownedBy }: Target): boolean =>
    formOf(name) === 'natural' && !root && !shared && of === undefined && ownedBy === undefined
  return plans.flatMap((plan) => {
    const { spec } = plan
    return targetsOf(plan).flatMap(({ column: { name: column }, target }): Problem[] => {
      const from = `"${spec.table}"."${column}"`
      const at = { severity: 'error', code: 'tables/declaration', table: spec.table, column } as const
      if (isUnowned(target)) return [{ ...at, text: unknownOwner(from, target) }]
      if (!isUnformed(target)) return []
      return [
        {
          ...at,
          text: `${from} leads to text keys of "${declaredName(target.name)}", and no piece says by "key" what new ones look like`,
        },
      ]
    })
  })
}
