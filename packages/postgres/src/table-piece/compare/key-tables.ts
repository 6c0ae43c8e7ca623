import { createHash } from 'node:crypto'
import type { ComparedNode, Transaction } from '@piecework/core/piece'
import { type ClaimedSpec, type ClaimingPiece, comparableClaims, tableClaims } from '../claims.js'
import { type TablePiece, type TablePieceSpec, tableSpec } from '../spec.js'
import { isNamed, isSameTable, tableKey } from '../table-name.js'
import { containerOf, referencesOf, type TablePlan, type Target } from '../table-plan.js'
import { tablesIn } from '../tables-in.js'
import { boundedSql, ComparableEntry, jsonArraySql, type KeyTableOf } from './comparable-entry.js'
import { keyColumns } from './key-columns.js'
import { loadEntry } from './load-entry.js'

type Spec = TablePieceSpec | ClaimedSpec

/**
 * Natural keys of the rows that references of one node refer to. They are loaded once for all pieces of a
 * comparison, into temporary tables: this process keeps nothing.
 */
export function keyTables(tx: Transaction, node: ComparedNode, loading: readonly string[] = []): KeyTableOf {
  return async (target) => {
    const resources = await resourceTable(tx, node, target)
    if (resources) return resources
    for (const carrier of node.near()) {
      const spec = specOf(carrier)
      const schema = spec?.schema ?? 'public'
      if (!spec?.tables.some(({ table }) => isSameTable({ schema, name: table }, target.table))) continue
      const name = tableNameOf(carrier, target)
      // The natural keys of two tables refer to each other: the reference back adds nothing.
      if (loading.includes(name)) return undefined
      if ((await tableExists(tx, name)) || (await fill(tx, carrier, spec, target, name, loading))) return name
    }
    return undefined
  }
}

/** Of resources of the comparison: the same on both sides where they are matched. */
async function resourceTable(
  tx: Transaction,
  node: ComparedNode,
  target: Target,
): Promise<string | undefined> {
  const found = (node.resources?.() ?? []).filter(({ table }) => isNamed(target.table, table))
  if (found.length === 0 || target.table.primaryKey.join() !== target.key) return undefined
  const name = tableName(node.side, ['resources', tableKey(target.table)])
  if (await tableExists(tx, name)) return name
  await createKeys(tx, name)
  await tx.query(`INSERT INTO ${name} SELECT * FROM unnest($1::text[], $2::text[])`, [
    found.map(({ id }) => id),
    found.map(({ same }) => same),
  ])
  await finishKeys(tx, name)
  return name
}

/** SQL of a row's natural key as one text. */
export async function keyText(entry: ComparableEntry, plan: TablePlan): Promise<string> {
  const parts: string[] = []
  for (const column of keyColumns(plan)) parts.push(await entry.column(column))
  const [only = 'NULL::text', ...others] = parts
  return boundedSql(others.length > 0 ? jsonArraySql(parts) : only)
}

function specOf({ piece }: ComparedNode): Spec | undefined {
  const { [tableSpec]: spec, [tableClaims]: claims } = (piece ?? {}) as Partial<TablePiece & ClaimingPiece>
  return spec ?? (piece && claims && comparableClaims(piece.name, claims))
}

const tableNameOf = ({ side, resource, name }: ComparedNode, target: Target): string =>
  tableName(side, [resource.kind, resource.id, name, tableKey(target.table), target.key])

function tableName(side: 'a' | 'b', what: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32)
  return `pg_temp.piecework_keys_${side}_${hash}`
}

/** A row whose natural key is NULL has a key, too: its id is another one on the other side. */
const nullKey = JSON.stringify([null])

const createKeys = (tx: Transaction, name: string) =>
  tx.query(`CREATE TEMPORARY TABLE ${name} (id text, key text) ON COMMIT DROP`)

async function finishKeys(tx: Transaction, name: string): Promise<void> {
  await tx.query(`CREATE INDEX ON ${name} (id)`)
  await tx.query(`ANALYZE ${name}`)
}

async function tableExists(tx: Transaction, name: string): Promise<boolean> {
  const { rows } = await tx.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [name])
  return rows[0]?.there ?? false
}

/** False if the node does not have those rows. */
async function fill(
  tx: Transaction,
  node: ComparedNode,
  spec: Spec,
  target: Target,
  name: string,
  outer: readonly string[],
): Promise<boolean> {
  const plans = await tablesIn(tx, spec)
  const plan = plans.find((one) => isSameTable(one.table, target.table))
  const holdsKey = plan?.ownRow || plan?.carried.some((column) => column.name === target.key)
  if (!plan || !holdsKey || !node.entries.facts(plan.entry)) return false
  const loading = [...outer, name]
  // First the tables that this one's keys refer to: only one entry is loaded at a time.
  for (const { name: column } of keyColumns(plan)) {
    for (const next of [...referencesOf(plan, column), ...(containerOf(plan, column)?.ids ?? [])])
      await keyTables(tx, node, loading)(next)
  }
  const loaded = await loadEntry(tx, plan, node)
  const id = plan.ownRow ? '$1::text' : loaded.column(target.key)
  if (id === undefined) return false
  const entry = new ComparableEntry(plan, loaded, keyTables(tx, node, loading))
  const key = await keyText(entry, plan)
  await createKeys(tx, name)
  await tx.query(
    `INSERT INTO ${name} SELECT DISTINCT ON (x.id) x.id, x.key FROM (SELECT ${id} AS id, coalesce(${key}, '${nullKey}') AS key FROM ${entry.from}) x ORDER BY x.id, x.key`,
    plan.ownRow ? [node.resource.id] : [],
  )
  await finishKeys(tx, name)
  return true
}
