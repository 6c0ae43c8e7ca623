import { createHash } from 'node:crypto'
import type { ComparedNode, Transaction } from '@piecework/core/piece'
import { resolveTables } from '../resolve-tables.js'
import { type TablePiece, type TablePieceSpec, tableSpec } from '../spec.js'
import type { TablePlan, Target } from '../table-plan.js'
import { keyColumns } from './key-columns.js'
import { loadEntry } from './load-entry.js'
import { bounded, type KeyTableOf, Meaning, together } from './meaning.js'

/**
 * Natural keys of the rows that references of one node lead to. They are loaded once for all pieces of a comparison, into temporary
 * tables: nothing is kept in this process.
 */
export function keyTables(tx: Transaction, node: ComparedNode, underway: readonly string[] = []): KeyTableOf {
  return async (target) => {
    for (const carrier of node.near()) {
      const spec = specOf(carrier)
      if (!spec?.tables.some(({ table }) => table === target.name)) continue
      const name = tableName(carrier, target)
      // Tables whose natural keys lead to each other: the way back says nothing.
      if (underway.includes(name)) return undefined
      if ((await isThere(tx, name)) || (await fill(tx, carrier, spec, target, name, underway))) return name
    }
    return undefined
  }
}

/** What tells a row from others, in one text. */
export async function keyText(meaning: Meaning, plan: TablePlan): Promise<string> {
  const parts: string[] = []
  for (const column of keyColumns(plan)) parts.push(await meaning.column(column))
  const [only = 'NULL::text', ...others] = parts
  return bounded(others.length > 0 ? together(parts) : only)
}

function specOf({ piece }: ComparedNode): TablePieceSpec | undefined {
  return piece && (piece as Partial<TablePiece>)[tableSpec]
}

function tableName({ side, resource, name }: ComparedNode, target: Target): string {
  const what = JSON.stringify([resource.kind, resource.id, name, target.name, target.key])
  const hash = createHash('sha256').update(what).digest('hex').slice(0, 32)
  return `pg_temp.piecework_keys_${side}_${hash}`
}

async function isThere(tx: Transaction, name: string): Promise<boolean> {
  const { rows } = await tx.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [name])
  return rows[0]?.there ?? false
}

/** False where the node says nothing of those rows after all. */
async function fill(
  tx: Transaction,
  node: ComparedNode,
  spec: TablePieceSpec,
  target: Target,
  name: string,
  above: readonly string[],
): Promise<boolean> {
  const plans = await resolveTables(tx, spec)
  const plan = plans.find((one) => one.spec.table === target.name)
  const holdsKey = plan?.ownRow || plan?.carried.some((column) => column.name === target.key)
  if (!plan || !holdsKey || !node.entries.facts(plan.entry)) return false
  const underway = [...above, name]
  // First the tables that this one's keys lead to: an entry is loaded by itself.
  for (const { name: column } of keyColumns(plan)) {
    for (const next of [plan.references.get(column), ...(plan.json.get(column)?.ids ?? [])])
      if (next) await keyTables(tx, node, underway)(next)
  }
  const loaded = await loadEntry(tx, plan, node)
  const meaning = new Meaning(plan, loaded, keyTables(tx, node, underway))
  const key = await keyText(meaning, plan)
  const id = plan.ownRow ? '$1::text' : loaded.column(target.key)
  await tx.query(`CREATE TEMPORARY TABLE ${name} (id text, key text) ON COMMIT DROP`)
  await tx.query(
    `INSERT INTO ${name} SELECT DISTINCT ON (x.id) x.id, x.key FROM (SELECT ${id} AS id, ${key} AS key FROM ${meaning.from}) x ORDER BY x.id, x.key`,
    plan.ownRow ? [node.resource.id] : [],
  )
  await tx.query(`CREATE INDEX ON ${name} (id)`)
  await tx.query(`ANALYZE ${name}`)
  return true
}
