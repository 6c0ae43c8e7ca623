import type { Entries } from '@piecework/core/piece'
import {
  type DbfField,
  type DbfHeader,
  type DbfRecord,
  decodedText,
  fieldNamed,
  type ShapefileLabels,
  subjectOf,
} from '@piecework/vector-files'
import { metadataText } from './metadata.js'

/** Whence the names of records come. */
export interface Names {
  /** Attribute, for findings; undefined where all records have the one name. */
  readonly column?: string
  /** '' where the record has none. */
  of(record: DbfRecord): string
}

/** What the metadata says, `nameAttribute` or one `name` for all; else the first text attribute of these names. Undefined: none of it. */
export function namesOf(
  entries: Entries,
  words: ShapefileLabels,
  header: DbfHeader,
  candidates: readonly string[],
): Names | undefined {
  const attribute = metadataText(entries, words.role, 'nameAttribute')
  if (attribute !== undefined) return fromField(requiredField(words, header, attribute, 'name'), header)
  const name = metadataText(entries, words.role, 'name')
  if (name !== undefined) return { of: () => name }
  for (const candidate of candidates) {
    const field = fieldNamed(header, candidate)
    if (field?.type === 'C') return fromField(field, header)
  }
  return undefined
}

const fromField = (field: DbfField, header: DbfHeader): Names => ({
  column: field.name,
  of: (record) => decodedText(record, field, header),
})

/** dBASE's letters for what is written as text. */
const readable: readonly string[] = ['C', 'N', 'F']

/** An attribute that the upload names. */
export function requiredField(
  words: ShapefileLabels,
  header: DbfHeader,
  named: string,
  as: string,
): DbfField {
  const field = fieldNamed(header, named)
  if (!field)
    throw words.problem(
      `${as}-attribute`,
      `${subjectOf(words)} has no attribute ${JSON.stringify(named)}, which was given as the ${as} attribute; ${listed(header)}`,
    )
  if (!readable.includes(field.type))
    throw words.problem(
      `${as}-type`,
      `${subjectOf(words)}'s attribute ${field.name} is of dBASE type ${JSON.stringify(field.type)}, which holds neither texts nor numbers`,
    )
  return field
}

/** "its attributes are …", of the readable ones. */
export function listed({ fields }: DbfHeader): string {
  const names = fields.filter(({ type }) => readable.includes(type)).map(({ name }) => name)
  return names.length === 0 ? 'it has no attributes' : `its attributes are ${names.join(', ')}`
}
