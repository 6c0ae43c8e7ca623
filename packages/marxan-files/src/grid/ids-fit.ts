import { entriesOf } from '@piecework/core/piece'
import { fieldNamed } from '@piecework/vector-files'
import { fileEntry } from '../folder/file-entry.js'
import { type KnownIds, tableIds } from '../tables/table-ids.js'
import { attributeTable } from './has-id-attribute.js'
import { isIdName } from './id-attribute.js'
import { rankedAttributes } from './ranked-attributes.js'

/** The ids of a pu.dat; undefined without one that can be read. */
export async function unitIds(pu: string | undefined): Promise<KnownIds | undefined> {
  if (pu === undefined) return undefined
  try {
    return (await tableIds(entriesOf([{ ...(await fileEntry(pu)), path: 'pu.dat' }]), 'pu.dat')).index
  } catch {
    return undefined
  }
}

/**
 * How well the ids of a layer fit those of pu.dat: the share of those in both among those in either, by the attribute with the ids or, where
 * there is none, the one that fits best. Numbers from 1 stand in every layer: those of one with many more records fit less. From 0 to 1.
 */
export async function idsFit(
  path: string,
  ids: KnownIds | undefined,
  idAttribute: string | undefined,
): Promise<number> {
  if (ids === undefined || ids.size === 0) return 0
  try {
    const table = await attributeTable(path)
    const own =
      idAttribute === undefined
        ? table.fields.find(({ name }) => isIdName(name))
        : fieldNamed(table.fields, idAttribute)
    const ranked = await rankedAttributes(
      own ? { ...table, fields: [own], records: () => table.records() } : table,
      ids,
    )
    return Math.max(0, ...ranked.map(({ known, values }) => known / (values + ids.size - known)))
  } catch {
    return 0
  }
}
