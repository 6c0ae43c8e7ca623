import type { Queryable } from '@piecework/core/piece'
import { goals, oneLine, usable } from './goals.js'
import type { ScenarioFacts } from './scenario-facts.js'

/** Columns that stand in spec.dat where a feature has them. */
const optional = ['target2', 'targetocc', 'sepnum', 'sepdistance', 'type'] as const

/** What the features of a scenario have. */
export interface SpecFacts {
  readonly columns: readonly (typeof optional)[number][]
  readonly anyTarget: boolean
  readonly anyProp: boolean
  readonly withoutGoal: number
  readonly brokenNames: number
  /** Whether Marxan must know where the planning units are. */
  readonly separated: boolean
}

export async function specFacts(tx: Queryable, { scenario }: ScenarioFacts): Promise<SpecFacts> {
  const { rows } = await tx.query<Record<string, number>>(
    `SELECT count(target)::integer AS target, (count(*) - count(target))::integer AS prop,
            (count(*) FILTER (WHERE target IS NULL AND prop IS NULL))::integer AS without_goal,
            (count(*) FILTER (WHERE name <> ${oneLine('name', 'marxan_id')}))::integer AS broken_names,
            (count(*) FILTER (WHERE sepdistance > 0 AND sepnum > 0))::integer AS separated,
            ${optional.map((name) => `count(${name})::integer AS ${name}`).join(', ')}
     FROM (SELECT name, marxan_id, ${['target', 'prop', ...optional].map((name) => `${usable(name)} AS ${name}`).join(', ')}
           FROM (${goals(scenario)}) AS goal) AS goal`,
  )
  const count = (name: string): number => rows[0]?.[name] ?? 0
  return {
    columns: optional.filter((name) => count(name) > 0),
    anyTarget: count('target') > 0,
    anyProp: count('prop') > 0,
    withoutGoal: count('without_goal'),
    brokenNames: count('broken_names'),
    separated: count('separated') > 0,
  }
}

/**
 * A goal is written as it was given: as an amount where the scenario has one, else as a proportion; -1 says "not set" in a file
 * that has both. No cell is empty, since Marxan passes over empty cells; the name comes last, since it takes every blank in it for more cells.
 */
export function specSelect({ scenario }: ScenarioFacts, facts: SpecFacts): string {
  const columns = [
    'marxan_id AS id',
    ...(facts.anyProp
      ? [`CASE WHEN ${usable('target')} IS NULL THEN coalesce(${usable('prop')}, 0) ELSE -1 END AS prop`]
      : []),
    ...(facts.anyTarget ? [`coalesce(${usable('target')}, -1) AS target`] : []),
    `coalesce(${usable('fpf')}, 1) AS spf`,
    ...facts.columns.map((name) => `coalesce(${usable(name)}, 0) AS ${name}`),
    `${oneLine('name', 'marxan_id')} AS name`,
  ]
  return `SELECT ${columns.join(', ')} FROM (${goals(scenario)}) AS goal ORDER BY marxan_id`
}
