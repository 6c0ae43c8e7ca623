import {
  type AttributeField,
  type AttributeRecord,
  type AttributeTable,
  fieldNamed,
  type LayerLabels,
  type RowReader,
} from '@piecework/vector-files'
import { idAttributeRecords } from '../defaults.js'
import { IdIndex } from '../ids/id-index.js'
import type { KnownIds } from '../tables/table-ids.js'
import { type UnitId, unitId } from './unit-id.js'

/** A planning unit's id as the attribute has it. */
export interface IdText {
  readonly id: UnitId
  /** For messages; undefined where it is the digits of an integer. */
  readonly text?: string
}

export interface IdAttribute extends RowReader<IdText> {
  readonly field: AttributeField
}

/** `puid`, also in other spellings. */
export const isIdName = (name: string): boolean => /^pu_?id$/i.test(name)

/** Those of pu.dat, read only where the attribute is not found. */
export type UnitIds = () => Promise<KnownIds>

/** `puid`, another spelling of it with a warning, or what the upload names; otherwise an error that lists what it might be. */
export async function idAttribute(
  labels: LayerLabels,
  table: AttributeTable,
  named: unknown,
  unitIds?: UnitIds,
): Promise<IdAttribute> {
  if (named !== undefined) {
    const field = typeof named === 'string' ? fieldNamed(table.fields, named) : undefined
    if (!field)
      throw await unidentified(
        labels,
        table,
        `has no attribute ${JSON.stringify(named)}, which was given as the id attribute`,
        unitIds,
      )
    return attributeOf(checked(field, labels))
  }
  const exact = table.fields.find(({ name }) => name === 'puid')
  if (exact) return attributeOf(checked(exact, labels))
  const alike = table.fields.find(({ name }) => isIdName(name))
  if (!alike) throw await unidentified(labels, table, 'has no attribute puid', unitIds)
  return attributeOf(checked(alike, labels), [
    labels.finding(
      'warning',
      'id-spelling',
      `${labels.subject}'s id attribute is spelled ${alike.name} instead of puid`,
      { column: alike.name },
    ),
  ])
}

const attributeOf = (field: AttributeField, findings: IdAttribute['findings'] = []): IdAttribute => ({
  field,
  findings,
  read: (record) => idText(record, field),
})

function idText(record: AttributeRecord, field: AttributeField): IdText {
  const id = field.kind === 'text' ? undefined : record.digits(field)
  if (id !== undefined) return { id: { id } }
  const text = record.numberText(field)
  return { id: unitId(text, field.kind), text }
}

function checked(field: AttributeField, labels: LayerLabels): AttributeField {
  if (field.kind !== 'other') return field
  throw labels.error([
    labels.finding(
      'error',
      'id-type',
      `${labels.subject}'s id attribute ${field.name} is of dBASE type ${JSON.stringify(field.type)}, which holds no integers`,
      { column: field.name },
    ),
  ])
}

async function unidentified(
  labels: LayerLabels,
  table: AttributeTable,
  what: string,
  unitIds: UnitIds = async () => new IdIndex(),
): Promise<Error> {
  const ids = await unitIds()
  const candidates = await rankedAttributes(table, ids)
  const listed =
    ids.size === 0
      ? `: ${candidates.map(({ name }) => name).join(', ')}`
      : `, and how many of them are in pu.dat: ${rankingText(candidates)}`
  return labels.error([
    labels.finding(
      'error',
      'id-attribute',
      `${labels.subject} ${what}; ${
        candidates.length === 0
          ? 'none of its attributes holds unique integers'
          : `attributes that hold unique integers${listed}`
      }`,
      {
        hint: `Name the attribute with the upload: { "idAttribute": "${bestAttribute(candidates) ?? '…'}" }.`,
      },
    ),
  ])
}

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
  ids: Pick<IdIndex, 'get'>,
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

/** The only one, or the one that fits better than all others. */
export function bestAttribute([first, second]: readonly RankedAttribute[]): string | undefined {
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
