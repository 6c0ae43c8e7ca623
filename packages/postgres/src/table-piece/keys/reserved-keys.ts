import {
  type ImportContext,
  type KeyMap,
  type KeyRange,
  keyMap,
  type Transaction,
} from '@piecework/core/piece'
import { defaults } from '../../defaults.js'
import { keyFamily } from '../key-family.js'
import { type KeyTarget, ownKey } from '../key-target.js'
import type { TablePlan, Target } from '../table-plan.js'
import { rangesSql, relationSql } from './ranges-sql.js'

/** New keys of one table, which the job has reserved. */
interface ReservedKeys {
  /** SQL (bigint) of the new key of an old one; NULL for a key that the job did not reserve one for. */
  sql(expression: string): string
  /** Undefined if the ranges are too many for this process. */
  readonly map: KeyMap | undefined
}

/** By the name under which a table's keys are remapped. */
export type ReservedKeysOf = ReadonlyMap<string, ReservedKeys>

type Context = Pick<ImportContext, 'ids' | 'carries'> & { readonly tx: Transaction }

/** Of all tables that the plans have new numbers of, or references to. */
export async function reservedKeys(plans: readonly TablePlan[], context: Context): Promise<ReservedKeysOf> {
  const known = new Map<string, ReservedKeys>()
  for (const target of plans.flatMap((plan) => targetsOf(plan, context))) {
    if (isNumbered(target, context.ids) && !known.has(target.name))
      known.set(target.name, await read(target.name, known.size, context))
  }
  return known
}

function targetsOf(plan: TablePlan, { carries }: Context): readonly KeyTarget[] {
  const { key } = plan.numbers
  const targets: readonly Target[] = [...plan.references, ...plan.containers.flatMap(({ ids }) => ids)]
  const carried = targets.filter(({ of }) => of === undefined || carries(of))
  return [...(key ? [ownKey(plan, key.column)] : []), ...carried]
}

/** Whether new keys of the table are reserved numbers. */
export function isNumbered({ name, table, key }: KeyTarget, ids: Context['ids']): boolean {
  const column = table.columns.get(key)
  return (
    column !== undefined &&
    keyFamily(column) === 'integer' &&
    ids.form(name) !== 'natural' &&
    ids.drawn(name) === undefined
  )
}

async function read(name: string, index: number, { ids, tx }: Context): Promise<ReservedKeys> {
  let ranges: readonly KeyRange[] = []
  const relation = ids.keyRelation(name)
  for await (const page of ids.keyRanges(name)) {
    ranges = ranges.length === 0 ? page : [...ranges, ...page]
    if (ranges.length <= defaults.mappedKeyRanges) continue
    return { sql: lookedUp(relation ?? (await readIntoTable(name, index, { ids, tx }))), map: undefined }
  }
  const isShort = relation === undefined || ranges.length <= defaults.constantKeyRanges
  const sql = isShort ? (expression: string) => rangesSql(ranges, expression) : lookedUp(relation)
  return { sql, map: keyMap(ranges) }
}

const lookedUp = (relation: string) => (expression: string) => relationSql(relation, expression)

/** Resolves to its name. */
async function readIntoTable(
  name: string,
  index: number,
  { ids, tx }: Pick<Context, 'ids' | 'tx'>,
): Promise<string> {
  const plain = `piecework_ranges_${index}`
  const table = `pg_temp.${plain}`
  await tx.query(`DROP TABLE IF EXISTS ${table}`)
  await tx.query(
    `CREATE TEMPORARY TABLE ${plain} (old_from bigint, new_from bigint, length bigint) ON COMMIT DROP`,
  )
  for await (const page of ids.keyRanges(name)) {
    await tx.query(`INSERT INTO ${table} SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])`, [
      page.map(({ oldFrom }) => String(oldFrom)),
      page.map(({ newFrom }) => String(newFrom)),
      page.map(({ length }) => String(length)),
    ])
  }
  await tx.query(`CREATE INDEX ON ${table} (old_from) INCLUDE (new_from, length)`)
  await tx.query(`ANALYZE ${table}`)
  return table
}
