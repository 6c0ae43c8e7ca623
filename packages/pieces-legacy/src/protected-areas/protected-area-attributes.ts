import type { Entries } from '@piecework/core/piece'
import { isWhole, NUMBER } from '@piecework/marxan-files'
import {
  type AttributeField,
  type AttributeRecord,
  fieldNamed,
  openShapefile,
  type RowReader,
  type VectorLayer,
} from '@piecework/vector-files'
import { protectedAreaShapefile as labels } from '../shapes/labels.js'
import { namesOf } from '../shapes/name-attribute.js'

/** '' if the record or the layer has none. */
export interface ProtectedAreaRow {
  readonly name: string
  readonly iucn_category: string
  readonly wdpa_id: string
  readonly status: string
  readonly designation: string
}

/** Attributes of the World Database on Protected Areas, by column of the table. */
const attributes = {
  iucn_category: 'IUCN_CAT',
  wdpa_id: 'WDPAID',
  status: 'STATUS',
  designation: 'DESIG',
} as const

/** Attributes are found in any case, by the names that the World Database on Protected Areas gives them. */
export function openProtectedAreas(
  entries: Entries,
  signal: AbortSignal,
): Promise<VectorLayer<RowReader<ProtectedAreaRow>>> {
  return openShapefile<RowReader<ProtectedAreaRow>>(
    entries,
    labels,
    (table) => {
      const names = namesOf(entries, labels, table, ['NAME'])
      const fields = Object.entries(attributes).map(
        ([column, attribute]) => [column, fieldNamed(table.fields, attribute)] as const,
      )
      return {
        findings: [],
        read: (record) => ({
          name: names?.of(record) ?? '',
          ...(Object.fromEntries(
            fields.map(([column, field]) => [column, field ? plainText(record, field) : '']),
          ) as Record<keyof typeof attributes, string>),
        }),
      }
    },
    { signal, crs: 'any' },
  )
}

/** Ids are written as decimal numbers, and a number that did not fit as asterisks. */
function plainText(record: AttributeRecord, field: AttributeField): string {
  const text = record.text(field)
  if (field.kind === 'text') return text
  if (/^\*+$/.test(text)) return ''
  const number = Number(text)
  return NUMBER.test(text) && isWhole(text) && Number.isSafeInteger(number) ? String(number) : text
}
