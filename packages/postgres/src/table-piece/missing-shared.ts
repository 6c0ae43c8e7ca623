import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import { leavesOf, openSql } from './container-sql.js'
import { sharedKeySql, stableKeyOf } from './container-value.js'
import type { FillContext } from './fill-context.js'
import { addFound } from './found-here.js'
import { tableName } from './joins.js'
import { leadsSql } from './leads.js'
import { ambiguousKey, givenKeyText, givesStableKey, sameStableKey } from './lookups.js'
import { missingShared, namedGroups } from './loss-findings.js'
import { carriesTarget, insteadKey } from './reference-value.js'
import type { TypedRows } from './row-type.js'
import type { Stage } from './stage.js'
import type { ContainedTarget, ContainerPlan, ReferencePlan, StableKey, TablePlan } from './table-plan.js'
import { referencedTable } from './target-rows.js'

/**
 * Reads what staged rows refer to by stable keys. Refuses keys that several rows have; makes rows for those
 * that no row has, or tells who takes their place, where that is declared.
 */
export async function readLookups(plan: TablePlan, stage: Stage, context: FillContext): Promise<void> {
  const { tx, lookups } = context
  await lookups.read(tx, plan, stage, context)
  for (const reference of plan.references) {
    const { shared, lookup } = reference
    for (const stable of [shared, carriesTarget(reference, context) ? undefined : lookup]) {
      if (!stable?.headers.some((name) => stage.column(name))) continue
      const rows = lookups.table(reference, stable)
      if (stable === shared)
        await addFound(reference, shared, rows, missingSql(reference, shared, stage, rows), context)
      const [count, missing] = await counts(tx, reference, stable, stage, rows)
      if (count > 0) throw ambiguousKey(plan.entry, reference.column.name, reference, count)
      if (missing > 0 && stable === shared)
        await replaceMissing(plan, reference, shared, stage, missing, context)
    }
  }
  for (const container of plan.containers) {
    const value = stage.column(container.column.name)
    if (value === undefined) continue
    for (const target of container.ids) {
      const count = await ambiguousInside(container, target, value, stage, context)
      if (count > 0) throw ambiguousKey(plan.entry, container.column.name, target, count)
    }
  }
}

const ofFile = (stage: Stage): TypedRows => ({ column: (name) => stage.column(name), from: 'files' })

/** Ids inside values of the stage whose stable key several rows have. */
async function ambiguousInside(
  container: ContainerPlan,
  target: ContainedTarget,
  value: string,
  stage: Stage,
  context: FillContext,
): Promise<number> {
  const { shared } = target
  const lookup = carriesTarget(target, context) ? undefined : target.lookup
  const pairs = lookup && stage.column(lookup.headers[0] ?? '')
  const asked = [
    ...(shared ? [{ table: context.lookups.table(target, shared), key: sharedKeySql('l.id') }] : []),
    ...(lookup && pairs
      ? [{ table: context.lookups.table(target, lookup), key: stableKeyOf(pairs, 'l.id') }]
      : []),
  ]
  let count = 0
  for (const { table, key } of asked) {
    const leaves = leavesOf(container, target, openSql(container, value))
    const { rows } = await context.tx.query<{ count: string }>(
      `SELECT CASE WHEN EXISTS (SELECT FROM ${table} WHERE n > 1) THEN
         (SELECT count(*)::text FROM ${stage.from} CROSS JOIN LATERAL ${leaves} l JOIN ${table} x ON x.s = ${key} WHERE x.n > 1)
       ELSE '0' END AS count`,
    )
    count += Number(rows[0]?.count)
  }
  return count
}

/** Rows of the stage whose stable key several rows have, and whose stable key none has. */
async function counts(
  tx: Queryable,
  reference: ReferencePlan,
  stable: StableKey,
  stage: Stage,
  rows: string,
) {
  const without = `${stage.column(reference.column.name) ?? 'NULL'} IS NULL`
  const { rows: found } = await tx.query<{ many: string; none: string }>(
    `SELECT count(*) FILTER (WHERE s.n > 1)::text AS many, count(*) FILTER (WHERE s.n IS NULL)::text AS none
     FROM ${stage.from} LEFT JOIN ${rows} s ON ${sameStableKey('s', stable, stage)}
     WHERE ${givesStableKey(stable, stage)}${stable === reference.shared ? ` AND ${without}` : ''} AND ${leadsSql(reference, ofFile(stage))}`,
  )
  return [Number(found[0]?.many ?? 0), Number(found[0]?.none ?? 0)] as const
}

/** SQL of the stable keys of the stage that no row has, as often as rows lead by them. */
function missingSql(reference: ReferencePlan, stable: StableKey, stage: Stage, rows: string): string {
  return `SELECT ${givenKeyText(stable, stage)} AS given FROM ${stage.from} LEFT JOIN ${rows} s ON ${sameStableKey('s', stable, stage)}
    WHERE ${givesStableKey(stable, stage)} AND ${stage.column(reference.column.name) ?? 'NULL'} IS NULL AND s.n IS NULL
      AND ${leadsSql(reference, ofFile(stage))}`
}

async function replaceMissing(
  plan: TablePlan,
  reference: ReferencePlan,
  shared: StableKey,
  stage: Stage,
  missing: number,
  context: FillContext,
): Promise<void> {
  const { missing: instead = 'refuse' } = shared
  // Validation has refused what is missing; what went since is left out and told like other dangling references.
  if (instead === 'refuse' || instead === 'null') return
  const rows = context.lookups.table(reference, shared)
  const { rows: named } = await context.tx.query<{ key: string; rows: number }>(
    `SELECT m.given AS key, count(*)::float8 AS rows FROM (${missingSql(reference, shared, stage, rows)}) m
     GROUP BY m.given ORDER BY count(*) DESC, m.given COLLATE "C" LIMIT ${defaults.listedMissing + 1}`,
  )
  if (instead === 'create') await createShared(reference, shared, stage, context)
  else await refuseUnknown(reference, shared, context)
  for (const group of namedGroups(missing, named))
    context.finding(missingShared({ plan, ...group }, reference, instead))
}

async function createShared(
  reference: ReferencePlan,
  shared: StableKey,
  stage: Stage,
  context: FillContext,
): Promise<void> {
  const { tx, lookups } = context
  const rows = lookups.table(reference, shared)
  const names = shared.columns.map(({ name }) => quoteIdent(name))
  const values = shared.headers.map((name) => stage.column(name) ?? 'NULL')
  await tx.query(
    `INSERT INTO ${tableName(reference.table)} (${names.join(', ')})
     SELECT DISTINCT ${values.join(', ')} FROM ${stage.from} LEFT JOIN ${rows} s ON ${sameStableKey('s', shared, stage)}
     WHERE ${givesStableKey(shared, stage)} AND ${stage.column(reference.column.name) ?? 'NULL'} IS NULL AND s.n IS NULL AND ${leadsSql(reference, ofFile(stage))}
     ON CONFLICT DO NOTHING`,
  )
  await lookups.reread(tx, reference, shared, context)
  const [, missing] = await counts(tx, reference, shared, stage, lookups.table(reference, shared))
  if (missing === 0) return
  throw new PieceworkError(
    'table/shared-missing',
    `Shared rows of "${reference.table.name}" that were made from their stable keys do not fulfil the condition of "${reference.column.name}".`,
    { facts: { table: reference.table.name, count: missing } },
  )
}

async function refuseUnknown(
  reference: ReferencePlan,
  shared: StableKey,
  { tx, principal }: FillContext,
): Promise<void> {
  const { rows } = await tx.query<{ there: boolean }>(
    `SELECT EXISTS (SELECT FROM ${referencedTable(reference)} WHERE ${quoteIdent(reference.key)}::text = $1) AS there`,
    [insteadKey(shared, principal)],
  )
  if (rows[0]?.there) return
  throw new PieceworkError(
    'table/shared-missing',
    `${shared.missing === 'importer' ? 'The principal who imports' : 'What "missing" names'} is no row of "${reference.table.name}", so it cannot take the place of rows that are not here.`,
    { facts: { table: reference.table.name } },
  )
}
