import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import type { Column } from '../catalogue.js'
import { holdsDocuments } from '../document-sql.js'
import { onlyTable } from '../joins.js'
import { containerOf, type TablePlan } from '../table-plan.js'
import { carriesAsIs } from './carries-as-is.js'
import type { Problem } from './problem.js'
import { strayIds } from './stray-ids.js'
import { type Place, undeclaredIds } from './undeclared-ids.js'

const mayHold = /^_?(?:text|varchar|bpchar|citext|json|jsonb|xml|hstore)$/

interface Carried {
  readonly plan: TablePlan
  readonly key: Column
}

interface Found extends Place {
  readonly ids: Set<string>
}

/**
 * Columns that hold uuids of rows which pieces carry, in texts or documents, where the declaration does not
 * say that ids stand; by the first rows of each table.
 */
export async function idsInValues(
  db: Queryable,
  plan: TablePlan,
  carried: readonly TablePlan[],
): Promise<Problem[]> {
  const asIs = carriesAsIs(plan)
  const columns = plan.carried.filter((column) => {
    const { name, base } = column
    const form = containerOf(plan, name)?.form ?? (asIs(column) ? 'text' : 'array')
    return mayHold.test(base) && form !== 'array' && !plan.spec.columns?.includes(name)
  })
  const targets = carried.flatMap((other): readonly Carried[] => {
    const key = other.key ?? (other.ownRow ? other.ownerColumn : undefined)
    return key?.base === 'uuid' ? [{ plan: other, key }] : []
  })
  const problems: Problem[] = []
  for (const column of targets.length > 0 ? columns : []) {
    const places = await placesIn(db, plan, column)
    if (places.length === 0) continue
    const { rows } = await db.query<{ target: number; places: number[] }>(rowsOf(targets), [
      places.flatMap(({ ids }) => [...ids]),
      places.flatMap(({ ids }, at) => Array<number>(ids.size).fill(at)),
    ])
    for (const { target, places: found } of rows) {
      const to = targets[target]
      if (to)
        problems.push(
          strayIds(
            plan,
            column,
            to.plan.table,
            places.filter((_, at) => found.includes(at)),
          ),
        )
    }
  }
  return problems
}

async function placesIn(db: Queryable, plan: TablePlan, column: Column): Promise<readonly Found[]> {
  const { sampledPlaces, sampledIds } = defaults
  const { rows } = await db.query<{ v: string }>(valuesOf(plan, column))
  const form = holdsDocuments(column.base) ? 'json' : 'text'
  const found = new Map<string, Found>()
  for (const { v } of rows) {
    for (const { id, path, alone } of undeclaredIds(v, form, containerOf(plan, column.name)?.ids ?? [])) {
      const place = JSON.stringify([path, alone])
      const there = found.get(place) ?? { path, alone, ids: new Set() }
      if (found.size < sampledPlaces) found.set(place, there)
      if (there.ids.size < sampledIds) there.ids.add(id)
    }
  }
  return [...found.values()]
}

/** SQL of the values in which uuids stand, the shortest first. */
function valuesOf(plan: TablePlan, { name, base }: Column): string {
  const { sampledRows, sampledCharacters } = defaults
  const column = quoteIdent(name)
  const documents = holdsDocuments(base) && base.startsWith('_')
  return `SELECT m.v FROM (SELECT e.v, sum(length(e.v)) OVER (ORDER BY length(e.v) ROWS UNBOUNDED PRECEDING) AS characters
    FROM (SELECT t.${column} AS c FROM ${onlyTable(plan.table)} t WHERE t.${column} IS NOT NULL LIMIT ${sampledRows}) s
      CROSS JOIN LATERAL (SELECT d.v::text FROM ${documents ? 'unnest(s.c)' : '(SELECT s.c)'} d(v)) e
    WHERE e.v ~* '[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}') m WHERE m.characters <= ${sampledCharacters}`
}

/** SQL of the targets of which rows have some of the ids $1, with the places $2 of those. */
function rowsOf(targets: readonly Carried[]): string {
  const asked = targets.map(
    ({ plan, key }, at) =>
      `SELECT ${at} AS target, array_agg(DISTINCT i.place) AS places FROM ids i JOIN ${onlyTable(plan.table)} k ON k.${quoteIdent(key.name)} = i.id HAVING count(*) > 0`,
  )
  return `WITH ids AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::int[]) AS i(id, place))
    ${asked.join(' UNION ALL ')} ORDER BY target`
}
