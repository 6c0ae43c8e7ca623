import { isSameTable, type TableName } from './table-name.js'
import type { MatchedTable } from './table-plan.js'

/**
 * Tables in an order in which each comes after those that it refers to. Tables that refer to each other are one
 * group, which one statement fills: foreign keys are checked at its end.
 */
export function fillGroups<Plan extends MatchedTable>(plans: readonly Plan[]): readonly (readonly Plan[])[] {
  const edges = plans.map((plan) => {
    const targets = targetsOf(plan)
    return plans.map(({ table }) => targets.some((target) => isSameTable(target, table)))
  })
  const reach = edges.map((row) => [...row])
  for (const via of plans.keys())
    for (const from of reach)
      if (from[via]) for (const to of plans.keys()) if (reach[via]?.[to]) from[to] = true
  const groups: Plan[][] = []
  const done = new Set<number>()
  const groupOf = (index: number): number[] =>
    [...plans.keys()].filter((other) => other === index || (reach[index]?.[other] && reach[other]?.[index]))
  const isReady = (group: readonly number[]): boolean =>
    group.every((one) =>
      [...plans.keys()].every((other) => !reach[one]?.[other] || done.has(other) || group.includes(other)),
    )
  while (done.size < plans.length) {
    const next = [...plans.keys()].find((index) => !done.has(index) && isReady(groupOf(index)))
    const group = groupOf(next as number)
    groups.push(group.flatMap((index) => plans[index] ?? []))
    for (const index of group) done.add(index)
  }
  return groups
}

/** Tables whose rows must be there before those of the plan's. */
export function targetsOf({ table, references, containers, ownerPath }: MatchedTable): readonly TableName[] {
  return [
    ...references.map((reference) => reference.table),
    ...containers.flatMap(({ ids }) => ids.map((target) => target.table)),
    ...ownerPath.flatMap(({ to }) => to?.table ?? []),
    ...table.foreignKeys.map(({ schema, table: name }) => ({ schema, name })),
  ]
}
