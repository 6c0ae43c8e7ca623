import type { Entries } from '@piecework/core/piece'
import { isWhole, NUMBER } from '@piecework/marxan-files'
import {
  type Attributes,
  type DbfField,
  type DbfHeader,
  type DbfRecord,
  decodedText,
  fieldNamed,
  openShapefile,
  type Shapefile,
} from '@piecework/vector-files'
import { protectedAreaShapefile as words } from '../shapes/labels.js'
import { namesOf } from '../shapes/name-attribute.js'

/** '' where the record or the layer does not say. */
export interface ProtectedAreaRow {
  readonly name: string
  readonly iucn_category: string
  readonly wdpa_id: string
  readonly status: string
  readonly designation: string
}

/** Column of the table and attribute of the World Database on Protected Areas. */
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
): Promise<Shapefile<Attributes<ProtectedAreaRow>>> {
  return openShapefile<Attributes<ProtectedAreaRow>>(
    entries,
    words,
    (_, header) => {
      const names = namesOf(entries, words, header, ['NAME'])
      const fields = Object.entries(attributes).map(
        ([column, attribute]) => [column, fieldNamed(header, attribute)] as const,
      )
      return {
        findings: [],
        read: (record) => ({
          name: names?.of(record) ?? '',
          ...(Object.fromEntries(
            fields.map(([column, field]) => [column, field ? plainText(record, field, header) : '']),
          ) as Record<keyof typeof attributes, string>),
        }),
      }
    },
    { signal },
  )
}

/** Ids are written as decimal numbers, and a number that did not fit as asterisks. */
function plainText(record: DbfRecord, field: DbfField, header: DbfHeader): string {
  const text = decodedText(record, field, header)
  if (field.type === 'C') return text
  if (/^\*+$/.test(text)) return ''
  const number = Number(text)
  return NUMBER.test(text) && isWhole(text) && Number.isSafeInteger(number) ? String(number) : text
}
