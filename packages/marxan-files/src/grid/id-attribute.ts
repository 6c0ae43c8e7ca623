import type { ZippedFile } from '@piecework/core/archive'
import type { Attributes } from '@piecework/vector-files'
import {
  type DbfField,
  type DbfHeader,
  type DbfRecord,
  dbfRecords,
  fieldDigits,
  fieldNamed,
  fieldText,
  type ShapefileLabels,
  subjectOf,
} from '@piecework/vector-files'
import { IdIndex } from '../tables/id-index.js'
import { type UnitId, unitId } from './unit-id.js'

/** A planning unit's id as the attribute has it. */
export interface IdText {
  readonly id: UnitId
  /** For messages; undefined where it is the digits of an integer. */
  readonly text?: string
}

export interface IdAttribute extends Attributes<IdText> {
  readonly field: DbfField
}

/** dBASE's letters for what is written as text. */
const readable: readonly string[] = ['C', 'N', 'F']

/** `puid`, also in other spellings. */
export const isIdName = (name: string): boolean => /^pu_?id$/i.test(name)

/** Those of pu.dat, read only where the attribute is not found. */
export type UnitIds = () => Promise<IdIndex>

/** `puid`, another spelling of it with a warning, or what the upload names; otherwise an error that lists what it might be. */
export async function idAttribute(
  words: ShapefileLabels,
  file: ZippedFile,
  header: DbfHeader,
  named: unknown,
  unitIds?: UnitIds,
): Promise<IdAttribute> {
  if (named !== undefined) {
    const field = typeof named === 'string' ? fieldNamed(header, named) : undefined
    if (!field)
      throw await unidentified(
        words,
        file,
        header,
        `has no attribute ${JSON.stringify(named)}, which was given as the id attribute`,
        unitIds,
      )
    return attributeOf(checked(field, words))
  }
  const exact = header.fields.find(({ name }) => name === 'puid')
  if (exact) return attributeOf(checked(exact, words))
  const alike = header.fields.find(({ name }) => isIdName(name))
  if (!alike) throw await unidentified(words, file, header, 'has no attribute puid', unitIds)
  return attributeOf(checked(alike, words), [
    words.finding(
      'warning',
      'id-spelling',
      `${subjectOf(words)}'s id attribute is spelled ${alike.name} instead of puid`,
      { column: alike.name },
    ),
  ])
}

const attributeOf = (field: DbfField, findings: IdAttribute['findings'] = []): IdAttribute => ({
  field,
  findings,
  read: (record) => idText(record, field),
})

function idText(record: DbfRecord, field: DbfField): IdText {
  const id = field.type === 'C' ? undefined : fieldDigits(record, field)
  if (id !== undefined) return { id: { id } }
  const text = fieldText(record, field)
  return { id: unitId(text, field.type), text }
}

function checked(field: DbfField, words: ShapefileLabels): DbfField {
  if (readable.includes(field.type)) return field
  throw words.error([
    words.finding(
      'error',
      'id-type',
      `${subjectOf(words)}'s id attribute ${field.name} is of dBASE type ${JSON.stringify(field.type)}, which holds no integers`,
      { column: field.name },
    ),
  ])
}

async function unidentified(
  words: ShapefileLabels,
  file: ZippedFile,
  header: DbfHeader,
  what: string,
  unitIds: UnitIds = async () => new IdIndex(),
): Promise<Error> {
  const ids = await unitIds()
  const candidates = await rankedAttributes(file, header, words, ids)
  const listed =
    ids.size === 0
      ? `: ${candidates.map(({ name }) => name).join(', ')}`
      : `, and how many of them are in pu.dat: ${rankingText(candidates)}`
  return words.error([
    words.finding(
      'error',
      'id-attribute',
      `${subjectOf(words)} ${what}; ${
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
  file: ZippedFile,
  header: DbfHeader,
  words: ShapefileLabels,
  ids: Pick<IdIndex, 'get'>,
): Promise<readonly RankedAttribute[]> {
  return [...(await uniqueIds(file, header, words))]
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

/** How many records are looked at to find attributes that might be the id. */
const lookedAt = 10_000

/** Attributes whose values are different integers, with those of the first records. */
async function uniqueIds(
  file: ZippedFile,
  header: DbfHeader,
  words: ShapefileLabels,
): Promise<ReadonlyMap<DbfField, IdIndex>> {
  const seen = new Map(
    header.fields.filter(({ type }) => readable.includes(type)).map((field) => [field, new IdIndex()]),
  )
  for await (const batch of dbfRecords(file, header, words)) {
    for (const record of batch) {
      if (record.deleted) continue
      for (const [field, ids] of seen) {
        const { id } = idText(record, field)
        const before = ids.size
        if (!('id' in id) || ids.add(id.id) < before) seen.delete(field)
      }
    }
    if (seen.size === 0 || (batch[0]?.number ?? 0) > lookedAt) break
  }
  return seen
}
