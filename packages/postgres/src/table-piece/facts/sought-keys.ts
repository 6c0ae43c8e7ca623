import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import type { Column } from '../catalogue.js'
import { onlyTable } from '../joins.js'
import { keyFamily } from '../key-family.js'
import type { TablePlan } from '../table-plan.js'
import { type IdPattern, uuids, wordsOf } from './undeclared-ids.js'

export interface SoughtKey {
  readonly plan: TablePlan
  readonly key: Column
}

/** Keys of one sort, and how they are found. */
export interface SoughtKeys {
  readonly targets: readonly SoughtKey[]
  readonly pattern: IdPattern
  /** Of the keys. */
  readonly type: 'uuid' | 'text'
}

/** Keys that no other value has: uuids, and texts of one length that is long enough. */
export async function soughtKeys(
  db: Queryable,
  carried: readonly TablePlan[],
): Promise<readonly SoughtKeys[]> {
  const keyed = carried.flatMap((plan): readonly SoughtKey[] => {
    const key = plan.key ?? (plan.ownRow ? plan.ownerColumn : undefined)
    return key && plan.spec.key !== 'natural' ? [{ plan, key }] : []
  })
  const found: SoughtKeys[] = []
  const uuid = keyed.filter(({ key }) => key.base === 'uuid')
  if (uuid.length > 0) found.push({ targets: uuid, pattern: uuids, type: 'uuid' })
  const lengths = new Set<number>()
  const texts: SoughtKey[] = []
  for (const target of keyed.filter(({ key }) => keyFamily(key) === 'text')) {
    const length = await lengthOf(db, target)
    if (length === undefined) continue
    lengths.add(length)
    texts.push(target)
  }
  if (texts.length > 0) found.push({ targets: texts, pattern: wordsOf([...lengths]), type: 'text' })
  return found
}

async function lengthOf(db: Queryable, { plan, key }: SoughtKey): Promise<number | undefined> {
  const { rows } = await db.query<{ length: number }>(
    `SELECT DISTINCT length(k.v) AS length FROM (SELECT ${quoteIdent(key.name)}::text AS v FROM ${onlyTable(plan.table)} LIMIT ${defaults.sampledKeys}) k`,
  )
  const [only, ...others] = rows
  return only && others.length === 0 && only.length >= defaults.leastSoughtLength ? only.length : undefined
}
