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
  /** The database that has their rows. */
  readonly db: Queryable
  readonly targets: readonly SoughtKey[]
  readonly pattern: IdPattern
  /** Of the keys. */
  readonly type: 'uuid' | 'text'
}

export interface AllSoughtKeys {
  /** Keys that no other value has: uuids, and texts of one length that is long enough. */
  readonly byPattern: readonly SoughtKeys[]
  /** Texts that any word may be like. */
  readonly words: readonly SoughtKey[]
}

/** Keys of the rows that pieces carry, which may stand in other columns. */
export async function soughtKeys(db: Queryable, carried: readonly TablePlan[]): Promise<AllSoughtKeys> {
  const keyed = carried.flatMap((plan): readonly SoughtKey[] => {
    const key = plan.key ?? (plan.ownRow ? plan.ownerColumn : undefined)
    return key ? [{ plan, key }] : []
  })
  const found: SoughtKeys[] = []
  const words: SoughtKey[] = []
  const uuid = keyed.filter(({ key }) => key.base === 'uuid')
  if (uuid.length > 0) found.push({ db, targets: uuid, pattern: uuids, type: 'uuid' })
  const lengths = new Set<number>()
  const texts: SoughtKey[] = []
  for (const target of keyed.filter(({ key }) => keyFamily(key) === 'text')) {
    const length = target.plan.spec.key === 'natural' ? undefined : await lengthOf(db, target)
    if (length === undefined) words.push(target)
    else {
      lengths.add(length)
      texts.push(target)
    }
  }
  if (texts.length > 0) found.push({ db, targets: texts, pattern: wordsOf([...lengths]), type: 'text' })
  return { byPattern: found, words }
}

async function lengthOf(db: Queryable, { plan, key }: SoughtKey): Promise<number | undefined> {
  const { rows } = await db.query<{ length: number }>(
    `SELECT DISTINCT length(k.v) AS length FROM (SELECT ${quoteIdent(key.name)}::text AS v FROM ${onlyTable(plan.table)} LIMIT ${defaults.sampledKeys}) k`,
  )
  const [only, ...others] = rows
  return only && others.length === 0 && only.length >= defaults.leastSoughtLength ? only.length : undefined
}
