import type { ComparedNode, RowSample, RowsDiff, Transaction } from '@piecework/core/piece'
import { parseArray } from '../../database/parse-array.js'
import { defaults } from '../../defaults.js'
import type { Column } from '../catalogue.js'
import type { TablePlan } from '../table-plan.js'
import { boundedSql, ComparableEntry, jsonArraySql } from './comparable-entry.js'
import { comparedColumns, keyColumns } from './key-columns.js'
import { keyTables } from './key-tables.js'
import { loadEntry } from './load-entry.js'

const unlike = 'pg_temp.piecework_unlike'
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
  const one = await comparableRows(tx, plan, a, keys, others)
  const other = await comparableRows(tx, plan, b, keys, others)
  await tx.query(
    `CREATE TEMPORARY TABLE ${unlike} ON COMMIT DROP AS SELECT x.d, sum(x.side) AS surplus
     FROM (SELECT d, 1 AS side FROM ${one.table} UNION ALL SELECT d, -1 FROM ${other.table}) x
     GROUP BY x.d HAVING sum(x.side) <> 0`,
  )
  const { rows } = await tx.query<{ any: boolean }>(`SELECT EXISTS (SELECT FROM ${unlike}) AS any`)
  const found = rows[0]?.any ? await differences(tx, keys, one, other) : alike
  await tx.query(`DROP TABLE ${unlike}, ${one.table}, ${other.table}`)
  return { ...found, equal: one.rows - found.removed - found.changed }
}

type Differences = Omit<RowsDiff, 'equal'>

const alike: Differences = { added: 0, removed: 0, changed: 0, columns: {}, samples: [] }

async function differences(
  tx: Transaction,
  keys: readonly Column[],
  one: ComparableRows,
  other: ComparableRows,
): Promise<Differences> {
  await tx.query(`ANALYZE ${unlike}`)
  await pairRows(tx, one, other)
  const { rows } = await tx.query<Counts>(
    `SELECT count(*) FILTER (WHERE change = 'added') AS added, count(*) FILTER (WHERE change = 'removed') AS removed,
       count(*) FILTER (WHERE change = 'changed') AS changed FROM ${pairs}`,
  )
  const differing = await tx.query<{ at: string; rows: string }>(
    `SELECT o AS at, count(*) AS rows FROM ${pairs} p CROSS JOIN unnest(p.differs) o GROUP BY o ORDER BY o`,
  )
  const found = await tx.query<Sampled>(
    `SELECT p.k AS key, p.change, p.differs FROM ${pairs} p ORDER BY p.k COLLATE "C", p.change LIMIT ${defaults.comparedSamples}`,
  )
  await tx.query(`DROP TABLE ${pairs}`)
  return {
    added: Number(rows[0]?.added ?? 0),
    removed: Number(rows[0]?.removed ?? 0),
    changed: Number(rows[0]?.changed ?? 0),
    columns: Object.fromEntries(
      differing.rows.map(({ at, rows: count }) => [one.names[Number(at) - 1] ?? '', Number(count)]),
    ),
    samples: found.rows.map((row) => sampleOf(row, keys, one.names)),
  }
}

type Counts = Readonly<Record<'added' | 'removed' | 'changed', string>>

/** The rows of one side. */
interface ComparableRows {
  readonly rows: number
  /** Temporary table, as SQL: their content `d`, a digest if it is long, and where they are, `at`. */
  readonly table: string
  /** FROM clause whose rows `r` are those of the entry. */
  readonly entry: string
  /** SQL of their key, as one text. */
  readonly key: string
  /** SQL of an array of the values of `names`. */
  readonly values: string
  readonly names: readonly string[]
}

async function comparableRows(
  tx: Transaction,
  plan: TablePlan,
  node: ComparedNode,
  keys: readonly Column[],
  others: readonly Column[],
): Promise<ComparableRows> {
  const keyTableOf = keyTables(tx, node)
  // Only one entry is loaded at a time, so the tables that this one refers to come first.
  for (const target of [...plan.references, ...plan.containers.flatMap(({ ids }) => ids)])
    await keyTableOf(target)
  const loaded = await loadEntry(tx, plan, node)
  const entry = new ComparableEntry(plan, loaded, keyTableOf)
  const key: string[] = []
  for (const column of keys) key.push(await entry.column(column))
  const apart = others.filter(({ name }) => !loaded.rest.includes(name))
  const texts: string[] = []
  for (const column of apart) texts.push(await entry.column(column))
  const arrayOf = (all: readonly string[]): string =>
    `ARRAY[${all.join(', ')}]::text[]${loaded.rest.length > 0 ? ' || r.rest' : ''}`
  const table = `pg_temp.piecework_rows_${node.side}`
  // Lengths stand before the texts, so different values are never the same bytes; nor are they a digest: all begin alike.
  await tx.query(
    `CREATE TEMPORARY TABLE ${table} ON COMMIT DROP AS
     SELECT CASE WHEN octet_length(x.d) > ${defaults.comparedBytes} THEN sha256(x.d) ELSE x.d END AS d, x.at
     FROM (SELECT array_send(${arrayOf([...key, ...texts])}) AS d, r.ctid AS at FROM ${entry.from} OFFSET 0) x`,
  )
  return {
    rows: loaded.rows,
    table,
    entry: entry.from,
    key: jsonArraySql(key.map(boundedSql)),
    values: arrayOf(texts),
    names: [...apart.map(({ name }) => name), ...loaded.rest],
  }
}

/** Rows that are not equal, by key; `differs`: the numbers of the columns, from 1. */
async function pairRows(tx: Transaction, a: ComparableRows, b: ComparableRows): Promise<void> {
  const surplus = ({ table, entry, key, values }: ComparableRows, count: string) =>
    `SELECT y.k, y.v, row_number() OVER (PARTITION BY y.k ORDER BY y.d, y.n) AS m
     FROM (SELECT ${key} AS k, ${values} AS v, x.d, x.n
       FROM ${entry} JOIN (SELECT s.d, s.at, row_number() OVER (PARTITION BY s.d) AS n, ${count} AS most
         FROM ${table} s JOIN ${unlike} u ON u.d = s.d WHERE ${count} > 0) x ON r.ctid = x.at WHERE x.n <= x.most) y`
  await tx.query(
    `CREATE TEMPORARY TABLE ${pairs} ON COMMIT DROP AS
     SELECT coalesce(one.k, two.k) AS k,
       CASE WHEN one.k IS NULL THEN 'added' WHEN two.k IS NULL THEN 'removed' ELSE 'changed' END AS change,
       CASE WHEN one.k = two.k THEN ${differsSql(a.names.length)} END AS differs
     FROM (${surplus(a, 'u.surplus')}) one FULL JOIN (${surplus(b, '-u.surplus')}) two ON one.k = two.k AND one.m = two.m`,
  )
}

/** SQL of the places at which two arrays differ. A subquery for each row costs more than all else. */
function differsSql(columns: number): string {
  if (columns > defaults.comparedApart)
    return '(SELECT array_agg(e.o ORDER BY e.o) FROM unnest(one.v, two.v) WITH ORDINALITY AS e(x, y, o) WHERE e.x IS DISTINCT FROM e.y)'
  const places = Array.from(
    { length: columns },
    (_, at) => `CASE WHEN one.v[${at + 1}] IS DISTINCT FROM two.v[${at + 1}] THEN ${at + 1}::bigint END`,
  )
  return `array_remove(ARRAY[${places.join(', ')}]::bigint[], NULL)`
}

interface Sampled {
  readonly key: string
  readonly change: RowSample['change']
  /** An array of the database. */
  readonly differs: string | null
}

function sampleOf(
  { key, change, differs }: Sampled,
  keys: readonly Column[],
  names: readonly string[],
): RowSample {
  const values: readonly (string | null)[] = JSON.parse(key)
  const named = keys.map(({ name }, at) => [name, values[at] ?? null] as const)
  const columns = parseArray(differs ?? '{}').flatMap((at) => names[Number(at) - 1] ?? [])
  return { change, key: Object.fromEntries(named), ...(change === 'changed' && { columns }) }
}
