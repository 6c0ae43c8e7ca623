import type { Queryable } from '@piecework/core/piece'
import {
  type OptionalSpecColumn,
  optionalSpecColumns,
  type SpecContent,
  specColumns,
} from '@piecework/marxan-files'
import { goals, usable, usableOrUnset } from './goals.js'
import type { ScenarioFacts } from './scenario-facts.js'

/** What the features of a scenario have. */
export interface SpecFacts extends SpecContent {
  readonly withoutGoal: number
  readonly brokenNames: number
  /** Whether Marxan must know where the planning units are. */
  readonly separated: boolean
}

export async function specFacts(tx: Queryable, { scenario }: ScenarioFacts): Promise<SpecFacts> {
  const { rows } = await tx.query<Record<string, number>>(
    `SELECT count(target)::integer AS target, (count(*) - count(target))::integer AS prop,
            (count(*) FILTER (WHERE target IS NULL AND prop IS NULL))::integer AS without_goal,
            (count(*) FILTER (WHERE name <> written))::integer AS broken_names,
            (count(*) FILTER (WHERE written LIKE '%,%'))::integer AS commas,
            (count(*) FILTER (WHERE sepdistance > 0 AND sepnum > 0))::integer AS separated,
            ${optionalSpecColumns.map((name) => `count(${name})::integer AS ${name}`).join(', ')}
     FROM (SELECT name, written, ${['target', 'prop'].map((name) => `${usable(name)} AS ${name}`).join(', ')},
                  ${optionalSpecColumns.map((name) => `${usableOrUnset(name)} AS ${name}`).join(', ')}
           FROM (${goals(scenario)}) AS goal) AS goal`,
  )
  const count = (name: string): number => rows[0]?.[name] ?? 0
  return {
    optional: optionalSpecColumns.filter((name) => count(name) > 0),
    anyTarget: count('target') > 0,
    anyProp: count('prop') > 0,
    withoutGoal: count('without_goal'),
    brokenNames: count('broken_names'),
    commas: count('commas') > 0,
    separated: count('separated') > 0,
  }
}

/**
 * The rows of spec.dat. A goal is written as it was given: as an amount if the scenario has one, else as a
 * proportion.
 */
export function specSelect({ scenario }: ScenarioFacts, content: SpecContent): string {
  const optional = Object.fromEntries(
    optionalSpecColumns.map((name) => [name, `coalesce(${usableOrUnset(name)}, 0)`]),
  ) as Readonly<Record<OptionalSpecColumn, string>>
  const expressions = {
    id: 'marxan_id',
    prop: `CASE WHEN ${usable('target')} IS NULL THEN coalesce(${usable('prop')}, 0) ELSE -1 END`,
    target: `coalesce(${usable('target')}, -1)`,
    spf: `coalesce(${usable('fpf')}, 1)`,
    ...optional,
    name: 'written',
  }
  const columns = specColumns(content).map((column) => `${expressions[column]} AS ${column}`)
  return `SELECT ${columns.join(', ')} FROM (${goals(scenario)}) AS goal ORDER BY marxan_id`
}
