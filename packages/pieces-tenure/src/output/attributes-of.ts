import { type CsvRow, type Entries, PieceworkError } from '@piecework/core/piece'
import { z } from 'zod'
import type { AttributeField, AttributeSchema } from '../attributes/attribute-columns.js'
import type { PeopleTable } from './people-tables.js'

export type Attributes = Readonly<Record<string, unknown>>

/** The attributes of a row. Not to be asked by name: that is what `valueIn` is for. */
export function attributesOf({ attributes: json }: CsvRow): Attributes {
  const given: unknown = JSON.parse(json ?? '{}')
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Attributes
  throw new PieceworkError('archive-invalid', 'Attributes are not a JSON object.')
}

/** Undefined if it is not there: `toString` is in no row that does not have it. */
export const valueIn = (attributes: Attributes, name: string): unknown =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined

const namedField = z.object({ name: z.string(), type: z.string().optional().catch(undefined) })

/** What the project's attribute schemas ask about the rows of a table. What is no field of a schema is passed over. */
export async function schemasOf(
  entries: Entries,
  { contentType }: Pick<PeopleTable, 'contentType'>,
): Promise<readonly AttributeSchema[]> {
  const schemas: AttributeSchema[] = []
  for await (const batch of entries.rows('attribute_schemas.csv'))
    for (const { content_type, selector = null, fields } of batch)
      if (content_type === contentType) schemas.push({ selector, fields: fieldsOf(fields ?? '[]') })
  return schemas
}

function fieldsOf(json: string): readonly AttributeField[] {
  const given: unknown = JSON.parse(json)
  if (!Array.isArray(given)) return []
  return given.flatMap((one) => {
    const { data } = namedField.safeParse(one)
    return data ? [data] : []
  })
}
