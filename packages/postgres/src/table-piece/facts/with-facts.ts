import type { Queryable } from '@piecework/core/piece'
import type { Table } from '../catalogue.js'
import type { MatchedTable, TablePlan } from '../table-plan.js'
import { hasTriggers } from '../written-rows.js'
import type { Problem } from './problem.js'
import { noEncoding, refusals, rowSecurity, switchedOff } from './refusals.js'
import { readTableFacts } from './table-facts.js'

/**
 * Adds what the catalogue says of the tables, and what of that keeps their piece from running. `claimed`: a
 * piece written by hand carries them, so only what would hide their rows counts.
 */
export async function withFacts(
  db: Queryable,
  matched: readonly MatchedTable[],
  claimed = false,
): Promise<{ readonly plans: readonly TablePlan[]; readonly refused: readonly Problem[] }> {
  const read = tablesRead(matched)
  const found = await readTableFacts(db, read)
  const factsOf = new Map(read.map((table, index) => [keyOf(table), found[index]]))
  const known = matched.flatMap((plan) => {
    const facts = factsOf.get(keyOf(plan.table))
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

interface TableRead {
  readonly schema: string
  readonly name: string
}

const keyOf = ({ schema, name }: TableRead): string => JSON.stringify([schema, name])

/** The tables of the plans, and those that their references and paths lead to. */
function tablesRead(plans: readonly MatchedTable[]): readonly TableRead[] {
  const read = new Map<string, TableRead>()
  for (const plan of plans) {
    const { table, references, containers, ownerPath, order } = plan
    const targets = [...references, ...containers.flatMap(({ ids }) => ids)]
    const steps = [ownerPath, ...order].flat().flatMap(({ to }) => (to ? [to] : []))
    const tables: Table[] = [table, ...[...targets, ...steps].map((target) => target.table)]
    for (const { schema, name } of tables) read.set(keyOf({ schema, name }), { schema, name })
  }
  return [...read.values()]
}
