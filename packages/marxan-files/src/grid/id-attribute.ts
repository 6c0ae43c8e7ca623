import type { NewFinding } from '@piecework/core/piece'
import {
  type AttributeField,
  type AttributeTable,
  fieldNamed,
  type LayerLabels,
  type RowReader,
} from '@piecework/vector-files'
import { IdIndex } from '../ids/id-index.js'
import { metadataFix } from '../metadata-fix.js'
import type { KnownIds } from '../tables/table-ids.js'
import { type IdText, idText } from './id-text.js'
import { bestAttribute, type RankedAttribute, rankedAttributes, rankingText } from './ranked-attributes.js'

export interface IdAttribute extends RowReader<IdText> {
  readonly field: AttributeField
}

/** `puid`, also in other spellings. */
export const isIdName = (name: string): boolean => /^pu_?id$/i.test(name)

/** Reads the ids of pu.dat; called only if the attribute is not found. */
export type ReadUnitIds = () => Promise<KnownIds>

/** `puid`, another spelling of it with a warning, or what the upload names; otherwise an error that lists what it might be. */
export async function idAttribute(
  labels: LayerLabels,
  table: AttributeTable,
  named: unknown,
  unitIds?: ReadUnitIds,
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

/** No attribute is asked for where none can be right: its ids would be refused, or be those of other planning units. */
const attributeFix = (
  labels: LayerLabels,
  candidates: readonly RankedAttribute[],
  isCompared: boolean,
): Pick<NewFinding, 'hint' | 'fix'> =>
  candidates.length > 0 && !(isCompared && candidates.every(({ known }) => known === 0))
    ? metadataFix(labels.role, 'idAttribute', {
        value: bestAttribute(candidates, isCompared),
        byHand: 'In a GIS, give the attribute with the ids of pu.dat the name puid',
      })
    : {
        hint: 'Give each planning unit its id of pu.dat in an attribute puid, or take the layer that this pu.dat was made for.',
      }

async function unidentified(
  labels: LayerLabels,
  table: AttributeTable,
  what: string,
  unitIds: ReadUnitIds = async () => new IdIndex(),
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
      attributeFix(labels, candidates, ids.size > 0),
    ),
  ])
}
