import type { Entries } from '@piecework/core/piece'
import {
  type AttributeField,
  type AttributeRecord,
  type AttributeTable,
  fieldNamed,
  type LayerLabels,
} from '@piecework/vector-files'
import { metadataText } from './metadata.js'

/** Where the names of records come from. */
export interface Names {
  /** Attribute, for findings; undefined if all records have the same name. */
  readonly column?: string
  /** '' if the record has none. */
  of(record: AttributeRecord): string
}

/**
 * The `nameAttribute` or the `name` for all of the metadata, else the first text attribute with one of the
 * names; else undefined.
 */
export function namesOf(
  entries: Entries,
  labels: LayerLabels,
  table: AttributeTable,
  candidates: readonly string[],
): Names | undefined {
  const attribute = metadataText(entries, labels.role, 'nameAttribute')
  if (attribute !== undefined) return fromField(requiredField(labels, table, attribute, 'name'))
  const name = metadataText(entries, labels.role, 'name')
  if (name !== undefined) return { of: () => name }
  for (const candidate of candidates) {
    const field = fieldNamed(table.fields, candidate)
    if (field?.kind === 'text') return fromField(field)
  }
  return undefined
}

const fromField = (field: AttributeField): Names => ({
  column: field.name,
  of: (record) => record.text(field),
})

/** The attribute that the upload names. Throws if it is missing or holds neither texts nor numbers. */
export function requiredField(
  labels: LayerLabels,
  table: AttributeTable,
  named: string,
  as: string,
): AttributeField {
  const field = fieldNamed(table.fields, named)
  if (!field)
    throw labels.problem(
      `${as}-attribute`,
      `${labels.subject} has no attribute ${JSON.stringify(named)}, which was given as the ${as} attribute; ${listed(table)}`,
    )
  if (field.kind === 'other')
    throw labels.problem(
      `${as}-type`,
      `${labels.subject}'s attribute ${field.name} is of dBASE type ${JSON.stringify(field.type)}, which holds neither texts nor numbers`,
    )
  return field
}

/** "its attributes are …", without those that are not read. */
export function listed({ fields }: AttributeTable): string {
  const names = fields.filter(({ kind }) => kind !== 'other').map(({ name }) => name)
  return names.length === 0 ? 'it has no attributes' : `its attributes are ${names.join(', ')}`
}
