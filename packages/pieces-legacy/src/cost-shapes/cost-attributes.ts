import type { Entries } from '@piecework/core/piece'
import { type IdAttribute, type IdText, idAttribute, metadataFix } from '@piecework/marxan-files'
import {
  type AttributeField,
  type AttributeTable,
  fieldNamed,
  openShapefile,
  type RowReader,
  type VectorLayer,
} from '@piecework/vector-files'
import { costShapefile as labels } from '../shapes/labels.js'
import { metadataText } from '../shapes/metadata.js'
import { listed, requiredField } from '../shapes/name-attribute.js'
import { type CostValue, costValue } from './cost-value.js'

export interface CostRow {
  /** For messages. */
  readonly text: string
  readonly value: CostValue
  /** The planning unit of the record; undefined if the record is about the area of its shape. */
  readonly unit?: IdText
}

export interface CostAttributes extends RowReader<CostRow> {
  readonly column: string
  /** Undefined: the costs belong to the areas of the shapes. */
  readonly idColumn?: string
}

/** A layer with ids of planning units has a cost for each of them; any other layer has costs of areas. */
export function openCosts(entries: Entries, signal: AbortSignal): Promise<VectorLayer<CostAttributes>> {
  return openShapefile<CostAttributes>(
    entries,
    labels,
    async (table) => {
      const cost = costField(entries, table)
      const named = metadataText(entries, labels.role, 'idAttribute')
      const byId = named !== undefined || table.fields.some(({ name }) => /^pu_?id$/i.test(name))
      const id: IdAttribute | undefined = byId ? await idAttribute(labels, table, named) : undefined
      return {
        column: cost.name,
        findings: id?.findings ?? [],
        ...(id && { idColumn: id.field.name }),
        read: (record) => {
          const text = record.numberText(cost)
          return { text, value: costValue(text, cost.kind), ...(id && { unit: id.read(record) }) }
        },
      }
    },
    { signal, crs: 'any' },
  )
}

function costField(entries: Entries, table: AttributeTable): AttributeField {
  const named = metadataText(entries, labels.role, 'costAttribute')
  if (named !== undefined) return requiredField(labels, table, named, 'cost')
  const field = fieldNamed(table.fields, 'cost')
  if (field) return requiredField(labels, table, field.name, 'cost')
  throw labels.error([
    labels.finding('error', 'cost-attribute', `${labels.subject} has no attribute cost; ${listed(table)}`, {
      ...metadataFix(labels.role, 'costAttribute', {
        byHand: 'In a GIS, give the attribute with the costs the name cost',
      }),
    }),
  ])
}
