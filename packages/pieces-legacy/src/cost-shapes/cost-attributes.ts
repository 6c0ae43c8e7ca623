import type { Entries } from '@piecework/core/piece'
import { type IdAttribute, type IdText, idAttribute } from '@piecework/marxan-files'
import {
  type Attributes,
  type DbfField,
  type DbfHeader,
  fieldNamed,
  fieldText,
  openShapefile,
  type Shapefile,
  subjectOf,
} from '@piecework/vector-files'
import { costShapefile as words } from '../shapes/labels.js'
import { metadataText } from '../shapes/metadata.js'
import { listed, requiredField } from '../shapes/name-attribute.js'
import { type CostValue, costValue } from './cost-value.js'

export interface CostRow {
  /** For messages. */
  readonly text: string
  readonly value: CostValue
  /** The planning unit that the record is about; undefined where it is about what its shape covers. */
  readonly unit?: IdText
}

export interface CostAttributes extends Attributes<CostRow> {
  readonly column: string
  /** Undefined: shapes say which planning units have which cost. */
  readonly idColumn?: string
}

/** A layer with the planning units' ids has a cost for each of them, any other one a cost for all that lies in its shapes. */
export function openCosts(entries: Entries, signal: AbortSignal): Promise<Shapefile<CostAttributes>> {
  return openShapefile<CostAttributes>(
    entries,
    words,
    async (file, header) => {
      const cost = costField(entries, header)
      const named = metadataText(entries, words.role, 'idAttribute')
      const byId = named !== undefined || header.fields.some(({ name }) => /^pu_?id$/i.test(name))
      const id: IdAttribute | undefined = byId ? await idAttribute(words, file, header, named) : undefined
      return {
        column: cost.name,
        findings: id?.findings ?? [],
        ...(id && { idColumn: id.field.name }),
        read: (record) => {
          const text = fieldText(record, cost)
          return { text, value: costValue(text, cost.type), ...(id && { unit: id.read(record) }) }
        },
      }
    },
    { signal },
  )
}

function costField(entries: Entries, header: DbfHeader): DbfField {
  const named = metadataText(entries, words.role, 'costAttribute')
  if (named !== undefined) return requiredField(words, header, named, 'cost')
  const field = fieldNamed(header, 'cost')
  if (field) return requiredField(words, header, field.name, 'cost')
  throw words.error([
    words.finding('error', 'cost-attribute', `${subjectOf(words)} has no attribute cost; ${listed(header)}`, {
      hint: 'Name the attribute with the upload: { "costAttribute": "…" }.',
    }),
  ])
}
