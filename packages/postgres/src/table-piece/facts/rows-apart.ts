import { piecesBefore, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import { onlyTable } from '../joins.js'
import { isSameTable, tableKey } from '../table-name.js'
import type { ReferencePlan, TablePlan } from '../table-plan.js'
import type { Planned } from './fill-order.js'
import type { Problem } from './problem.js'
import { typeBeside } from './type-beside.js'

interface Share {
  readonly of: Planned
  readonly plan: TablePlan
  /** Condition on the rows that the piece takes. */
  readonly where: string
}

/**
 * Of tables whose rows are parted among pieces by `where`: rows that no piece takes, and rows that lead to rows which
 * another piece may fill later; among the first rows of each table. `claimed`: names of tables of pieces by hand.
 */
export async function rowsApart(
  db: Queryable,
  planned: readonly Planned[],
  claimed: ReadonlySet<string>,
): Promise<ReadonlyMap<Planned, readonly Problem[]>> {
  const tables = new Map<string, Share[]>()
  for (const of of planned)
    for (const plan of of.plans) {
      const shares = tables.get(tableKey(plan.table)) ?? []
      tables.set(tableKey(plan.table), [...shares, { of, plan, where: plan.where ?? 'true' }])
    }
  const problems = new Map<Planned, Problem[]>()
  const add = (of: Planned, found: readonly Problem[]) =>
    problems.set(of, [...(problems.get(of) ?? []), ...found])
  for (const [name, shares] of tables) {
    // What `$resource` stands for is not known here.
    if (shares.some(({ where }) => /\$(?:resource|into)/.test(where))) continue
    const [first] = shares
    if (first && !claimed.has(name)) add(first.of, await takenByNone(db, shares))
    if (shares.length > 1)
      for (const of of planned.filter(({ piece }) => !piece.exportOnly))
        add(of, await ledLater(db, of, shares, planned))
  }
  return problems
}

async function takenByNone(db: Queryable, shares: readonly Share[]): Promise<readonly Problem[]> {
  const [share] = shares as readonly [Share]
  const { plan } = share
  const type = typeOf(plan)
  if (shares.length === 1 && (type === undefined || !plan.where?.includes(type))) return []
  const { rows } = await db.query<{ row: Readonly<Record<string, unknown>> }>(
    `SELECT to_jsonb(t) AS row FROM ${firstRows(plan)} t WHERE NOT (${shares.map(({ where }) => takes(plan, where)).join(' OR ')}) LIMIT 1`,
  )
  const [found] = rows
  if (!found) return []
  const named = [...plan.table.columns.keys()].filter((name) =>
    shares.every(({ where }) => where.includes(name)),
  )
  const names = shares.map(({ of }) => `"${of.piece.name}"`)
  return [
    {
      severity: 'warning',
      code: 'tables/left-behind',
      table: plan.spec.table,
      text: `rows of table "${plan.spec.table}" stay behind, for "where" takes them into ${names.length === 1 ? `no piece but ${names[0]}, which leaves them out` : `none of ${names.join(', ')}`}: ${exampleOf(plan, found.row, named)}`,
      hint: 'Declare a piece that takes them, if they are rows of the resource.',
    },
  ]
}

/** The column that says of which sort a row is, beside one that leads from it to its resource or to other rows. */
function typeOf({ table, ownerPath, ownerColumn, references }: TablePlan): string | undefined {
  const first = ownerPath[0]?.column ?? ownerColumn
  const leading = [...(first ? [first] : []), ...references.map(({ column }) => column)]
  return leading.map((column) => typeBeside(table, column)).find((type) => type !== undefined)
}

async function ledLater(
  db: Queryable,
  of: Planned,
  shares: readonly Share[],
  planned: readonly Planned[],
): Promise<readonly Problem[]> {
  const before = piecesBefore(
    of.piece,
    planned.map(({ piece }) => piece),
  )
  const later = shares.filter((share) => share.of !== of && !before.has(share.of.piece.name))
  // Without any that is filled before, the order is an error by itself.
  if (later.length === 0 || later.length === shares.length) return []
  const isWithin = ({ table, root, when }: ReferencePlan): boolean =>
    !root && !when && shares.some((share) => isSameTable(share.plan.table, table))
  const problems: Problem[] = []
  for (const plan of of.plans)
    for (const reference of plan.references.filter(isWithin))
      for (const share of later) {
        const column = quoteIdent(reference.column.name)
        const { rows } = await db.query<{ row: Readonly<Record<string, unknown>> }>(
          `SELECT to_jsonb(t) AS row FROM ${firstRows(plan)} t
           JOIN (SELECT * FROM ${onlyTable(share.plan.table)} WHERE ${share.where}) p ON p.${quoteIdent(reference.key)} = t.${column}
           WHERE ${plan.where ? takes(plan, plan.where) : 'true'} LIMIT 1`,
        )
        const [found] = rows
        if (!found) continue
        const { name } = share.of.piece
        problems.push({
          severity: 'warning',
          code: 'tables/order',
          table: plan.spec.table,
          column: reference.column.name,
          text: `rows of table "${plan.spec.table}" lead by "${reference.column.name}" to rows of "${share.plan.spec.table}" that "${name}" may fill later, and an import ${reference.column.notNull ? 'leaves them out' : 'leaves it empty'}: ${exampleOf(plan, found.row, [reference.column.name])}`,
          hint: `Name "${name}" in "after"; where the rows of both lead to each other, one piece must take them all.`,
        })
      }
  return problems
}

/** Whether row `t` is one that the condition takes. It may name columns by their table. */
const takes = ({ table }: TablePlan, where: string): string =>
  `coalesce((SELECT ${where} FROM (SELECT t.*) AS ${quoteIdent(table.name)}), false)`

const firstRows = ({ table }: TablePlan): string =>
  `(SELECT * FROM ${onlyTable(table)} LIMIT ${defaults.rowsApart})`

function exampleOf(
  { table }: TablePlan,
  row: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string {
  const shown = [...new Set([...table.primaryKey, ...names])].slice(0, 4)
  return `that with ${shown.map((name) => `${name} ${JSON.stringify(row[name])?.slice(0, 60)}`).join(', ')}`
}
