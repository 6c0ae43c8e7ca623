import { declaredTables, type Ids, type KeyRange, keyName } from '@piecework/core/piece'
import { type Database, drawTargets, jobIds, keyFormsOf, type ResourceRef } from '@piecework/core/store'
import type { ReservedRanges } from './law-keys.js'
import type { PieceLawsOptions } from './piece-laws-options.js'

/** Ids of jobs over one resource, as core makes them. What a job draws from a sequence it draws once. */
export function lawIds(
  { kind, piece, before = [] }: PieceLawsOptions,
  db: Database,
  source: ResourceRef,
): (job: string, ranges?: ReservedRanges) => Promise<Ids> {
  const key = kind.key ?? 'uuid'
  const ofKind = { name: kind.kind, keys: { forms: { [kind.table]: key } } }
  const declaring = [ofKind, ...before, piece]
  const [forms, tables] = [keyFormsOf(declaring), declaredTables(declaring)]
  const root = keyName(kind.table, tables)
  const kinds = { kind: () => ({ kind: kind.kind, table: kind.table, key }) }
  const drawn = new Map<string, ReadonlyMap<string, string>>()
  return async (job, reserved) => {
    const ranges = reserved && new Map([...reserved].map(([table, all]) => [keyName(table, tables), all]))
    const made = {
      forms,
      declaredTables: tables,
      ...(ranges && { ranges: (table: string) => pageOf(ranges, table) }),
    }
    const known = drawn.get(job)
    if (known) return jobIds(job, { ...made, drawn: new Map([[root, known]]) })
    const { targets } = await drawTargets(kinds, db, { ...source, children: [] })
    if (!targets) return jobIds(job, made)
    const ids = new Map(targets.map((target) => [target.source.id, target.id]))
    drawn.set(job, ids)
    return jobIds(job, { ...made, drawn: new Map([[root, ids]]) })
  }
}

async function* pageOf(reserved: ReservedRanges, table: string): AsyncGenerator<readonly KeyRange[]> {
  yield reserved.get(table) ?? []
}
