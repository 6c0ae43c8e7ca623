import type { Table } from '../catalogue.js'
import type { TableName } from '../table-name.js'
import type { MatchedTable, TablePlan } from '../table-plan.js'
import { hasTriggers } from '../written-rows.js'
import type { Problem } from './problem.js'
import { noEncoding, refusals, rowSecurity, switchedOff } from './refusals.js'
import type { TableFacts } from './table-facts.js'

/**
 * Adds what the catalogue says of the tables, and what of that keeps their piece from running. `claimed`: a
 * piece written by hand carries them, so only what would hide their rows counts.
 */
export function withFacts(
  matched: readonly MatchedTable[],
  factsOf: (table: TableName) => TableFacts | undefined,
  claimed = false,
): { readonly plans: readonly TablePlan[]; readonly refused: readonly Problem[] } {
  const read = tablesRead(matched)
  const found = read.map(factsOf)
  const known = matched.flatMap((plan) => {
    const facts = factsOf(plan.table)
    return facts ? [{ ...plan, facts }] : []
  })
  const across = known.some(({ facts }) => facts.writersNearby && hasTriggers(facts))
  const plans = known.map((plan) => ({ ...plan, isWatched: across || hasTriggers(plan.facts) }))
  const declared = new Set(matched.map(({ table }) => table.name))
  const hidden = read.filter((_, index) => found[index]?.rowSecurity)
  return {
    plans,
    refused: [
      ...(found.some((facts) => facts?.replica) ? [switchedOff] : []),
      ...(found.some((facts) => facts?.encoding === 'SQL_ASCII') ? [noEncoding] : []),
      ...hidden.map(({ name }) => rowSecurity(name)),
      ...(claimed ? [] : plans.flatMap((plan) => refusals(plan, plan.facts, declared))),
    ],
  }
}

/** The tables of the plans, and those that their references and paths lead to. */
function tablesRead(plans: readonly MatchedTable[]): readonly TableName[] {
  const read = new Map<string, TableName>()
  for (const plan of plans) {
    const { table, references, containers, ownerPath, order } = plan
    const targets = [...references, ...containers.flatMap(({ ids }) => ids)]
    const steps = [ownerPath, ...order].flat().flatMap(({ to }) => (to ? [to] : []))
    const tables: Table[] = [table, ...[...targets, ...steps].map((target) => target.table)]
    for (const { schema, name } of tables) read.set(JSON.stringify([schema, name]), { schema, name })
  }
  return [...read.values()]
}
