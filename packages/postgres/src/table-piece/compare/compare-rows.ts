import type { ComparedNode, RowSample, RowsDiff, Transaction } from '@piecework/core/piece'
import { defaults } from '../../defaults.js'
import type { Column } from '../catalogue.js'
import type { TablePlan } from '../table-plan.js'
import { boundedSql, ComparableEntry, jsonArraySql } from './comparable-entry.js'
import { comparedColumns, keyColumns } from './key-columns.js'
import { keyTables } from './key-tables.js'
import { loadEntry } from './load-entry.js'

const pairs = 'pg_temp.piecework_pairs'

/**
 * Counts rows by natural key. Of rows with the same key, equal ones are paired first, and the others in the
 * order of their content.
 */
export async function compareRows(
  tx: Transaction,
  plan: TablePlan,
  a: ComparedNode,
  b: ComparedNode,
): Promise<RowsDiff> {
  // The resource's own row is the only one.
  const keys = plan.ownRow ? [] : keyColumns(plan)
  const others = comparedColumns(plan).filter((column) => !keys.includes(column))
  const tables = {
    a: await comparableRows(tx, plan, a, keys, others),
    b: await comparableRows(tx, plan, b, keys, others),
  }
  await pairRows(tx, tables, others)
  const counts = await tx.query<Record<string, string>>(
    `SELECT (SELECT count(*) FROM ${tables.a}) AS rows, count(*) FILTER (WHERE p.change = 'added') AS added,
       count(*) FILTER (WHERE p.change = 'removed') AS removed, count(*) FILTER (WHERE p.change = 'changed') AS changed
       ${others.map((_, at) => `, count(*) FILTER (WHERE p.change = 'changed' AND p.c${at}) AS c${at}`).join('')}
     FROM ${pairs} p`,
  )
  const differs = others.map((_, at) => `CASE WHEN p.c${at} THEN '${at}' END`)
  const found = await tx.query<Sampled>(
    `SELECT p.k AS key, p.change, array_remove(ARRAY[${differs.join(', ')}]::text[], NULL) AS differs
     FROM ${pairs} p ORDER BY p.k COLLATE "C", p.change LIMIT ${defaults.comparedSamples}`,
  )
  await tx.query(`DROP TABLE ${tables.a}, ${tables.b}, ${pairs}`)
  const count = (name: string): number => Number(counts.rows[0]?.[name] ?? 0)
  const [added, removed, changed] = [count('added'), count('removed'), count('changed')]
  const differing = others.map((column, at) => [column.name, count(`c${at}`)] as const)
  return {
    added,
    removed,
    changed,
    equal: count('rows') - removed - changed,
    columns: Object.fromEntries(differing.filter(([, rows]) => rows > 0)),
    samples: found.rows.map((row) => sampleOf(row, keys, others)),
  }
}

/**
 * A temporary table: key `k`, digest `d` of the other columns `v0`, `v1` …, and the ordinal `n` among equal
 * rows.
 */
async function comparableRows(
  tx: Transaction,
  plan: TablePlan,
  node: ComparedNode,
  keys: readonly Column[],
  others: readonly Column[],
): Promise<string> {
  const table = `pg_temp.piecework_rows_${node.side}`
  const keyTableOf = keyTables(tx, node)
  // Only one entry is loaded at a time, so the tables that this one refers to come first.
  for (const target of [...plan.references.values(), ...[...plan.json.values()].flatMap(({ ids }) => ids)])
    await keyTableOf(target)
  const loaded = await loadEntry(tx, plan, node)
  const entry = new ComparableEntry(plan, loaded, keyTableOf)
  const key: string[] = []
  for (const column of keys) key.push(boundedSql(await entry.column(column)))
  const values: string[] = []
  for (const column of others) values.push(await entry.column(column))
  const named = others.map((_, at) => `v${at}`)
  const taken = [`${jsonArraySql(key)} AS k`, ...values.map((value, at) => `${value} AS v${at}`)]
  await tx.query(
    `CREATE TEMPORARY TABLE ${table} ON COMMIT DROP AS
     SELECT y.*, row_number() OVER (PARTITION BY y.k, y.d) AS n FROM
       (SELECT x.*, sha256(convert_to(${jsonArraySql(named.map((name) => `x.${name}`))}, 'UTF8')) AS d
        FROM (SELECT ${taken.join(', ')} FROM ${entry.from} OFFSET 0) x) y`,
  )
  await tx.query(`ANALYZE ${table}`)
  return table
}

/** Rows that are not equal, by key; `c0`, `c1` …: whether the column differs. */
async function pairRows(
  tx: Transaction,
  { a, b }: { readonly a: string; readonly b: string },
  others: readonly Column[],
): Promise<void> {
  const unlike = (own: string, other: string) =>
    `SELECT x.*, row_number() OVER (PARTITION BY x.k ORDER BY x.d, x.n) AS m FROM ${own} x
     WHERE NOT EXISTS (SELECT FROM ${other} y WHERE y.k = x.k AND y.d = x.d AND y.n = x.n)`
  const differs = others.map((_, at) => `, one.v${at} IS DISTINCT FROM two.v${at} AS c${at}`)
  await tx.query(
    `CREATE TEMPORARY TABLE ${pairs} ON COMMIT DROP AS
     SELECT coalesce(one.k, two.k) AS k,
       CASE WHEN one.k IS NULL THEN 'added' WHEN two.k IS NULL THEN 'removed' ELSE 'changed' END AS change${differs.join('')}
     FROM (${unlike(a, b)}) one FULL JOIN (${unlike(b, a)}) two ON one.k = two.k AND one.m = two.m`,
  )
}

interface Sampled {
  readonly key: string
  readonly change: RowSample['change']
  /** Indexes of columns. */
  readonly differs: readonly string[]
}

function sampleOf(
  { key, change, differs }: Sampled,
  keys: readonly Column[],
  others: readonly Column[],
): RowSample {
  const values: readonly (string | null)[] = JSON.parse(key)
  const named = keys.map(({ name }, at) => [name, values[at] ?? null] as const)
  const columns = differs.flatMap((at) => others[Number(at)]?.name ?? [])
  return { change, key: Object.fromEntries(named), ...(change === 'changed' && { columns }) }
}
