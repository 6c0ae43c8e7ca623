import type { AttributeField, AttributeTable } from '@piecework/vector-files'
import { idAttributeRecords } from '../defaults.js'
import { IdIndex } from '../ids/id-index.js'
import type { KnownIds } from '../tables/table-ids.js'
import { idText } from './id-text.js'

/** An attribute whose values are different integers. */
export interface RankedAttribute {
  readonly name: string
  /** Values that were looked at, and those of them that are ids of planning units. */
  readonly values: number
  readonly known: number
}

/** Attributes whose values are different integers, those that fit best first. */
export async function rankedAttributes(
  table: AttributeTable,
  ids: Pick<KnownIds, 'get'>,
): Promise<readonly RankedAttribute[]> {
  return [...(await uniqueIds(table))]
    .map(([{ name }, values]) => {
      let known = 0
      for (let index = 0; index < values.size; index += 1) if (ids.get(values.id(index)) >= 0) known += 1
      return { name, values: values.size, known }
    })
    .sort((a, b) => b.known - a.known)
}

export const rankingText = (attributes: readonly RankedAttribute[]): string =>
  attributes.map(({ name, known, values }) => `${name} (${known} of ${values})`).join(', ')

/**
 * The only one, or the one that fits better than all others; none if ids are known, and are the values of no attribute.
 */
export function bestAttribute(
  [first, second]: readonly RankedAttribute[],
  isCompared = true,
): string | undefined {
  if (isCompared && first?.known === 0) return undefined
  return !second || (first && first.known > second.known) ? first?.name : undefined
}

/** Attributes whose values are different integers, with those of the first records. */
async function uniqueIds(table: AttributeTable): Promise<ReadonlyMap<AttributeField, IdIndex>> {
  const seen = new Map(
    table.fields.filter(({ kind }) => kind !== 'other').map((field) => [field, new IdIndex()]),
  )
  for await (const batch of table.records()) {
    for (const record of batch) {
      for (const [field, ids] of seen) {
        const { id } = idText(record, field)
        const before = ids.size
        if (!('id' in id) || ids.add(id.id) < before) seen.delete(field)
      }
    }
    if (seen.size === 0 || (batch[0]?.number ?? 0) > idAttributeRecords) break
  }
  return seen
}
