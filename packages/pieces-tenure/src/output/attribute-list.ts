import { z } from 'zod'
import type { PeopleTable } from './people-tables.js'
import { type ProjectEntries, rowsIn } from './project-entries.js'
import type { ScannedTable } from './scan-table.js'

/**
 * The table by which an import reads attributes: which column holds which attribute and how, and what the schemas ask. One
 * row for each field of a schema, in its order, then one for each column that no schema asks for.
 */
export const attributeList = {
  name: 'attributes',
  columns: ['id', 'table', 'column', 'attribute', 'kind', 'asked_of', 'field'],
} as const

/** Of schemas for all, and not for parties of one type. */
export const askedOfAll = 'all'

export type AttributeListRow = readonly (string | null)[]

/** Texts as they are, not as cells. */
export async function attributeListRows(
  tables: readonly ScannedTable[],
  project: ProjectEntries,
  signal: AbortSignal,
): Promise<readonly AttributeListRow[]> {
  const rows: (readonly (string | null)[])[] = []
  for (const { table, columns } of tables) {
    const left = new Map(columns.map((column) => [column.attribute, column]))
    const byAttribute = new Map(left)
    const described = (attribute: string | undefined): readonly (string | null)[] => {
      const column = attribute === undefined ? undefined : byAttribute.get(attribute)
      return column ? [column.name, column.attribute, column.kind] : [null, null, null]
    }
    for (const { selector, fields } of await fieldsOf(table, project, signal)) {
      const askedOf = selector ?? askedOfAll
      if (fields.length === 0) rows.push([tableName(table), null, null, null, askedOf, null])
      for (const field of fields) {
        const name = named.safeParse(field).data?.name
        if (name !== undefined) left.delete(name)
        rows.push([tableName(table), ...described(name), askedOf, JSON.stringify(field)])
      }
    }
    for (const { attribute } of left.values())
      rows.push([tableName(table), ...described(attribute), null, null])
  }
  return rows.map((row, at) => [String(at + 1), ...row])
}

/** `locations`, without the ending of the file. */
export const tableName = ({ file }: Pick<PeopleTable, 'file'>): string => file.replace(/\.csv$/, '')

const named = z.object({ name: z.string() })

interface Schema {
  readonly selector: string | null
  readonly fields: readonly unknown[]
}

async function fieldsOf(
  { contentType }: PeopleTable,
  project: ProjectEntries,
  signal: AbortSignal,
): Promise<readonly Schema[]> {
  const schemas: Schema[] = []
  for await (const row of rowsIn(project.of('tenure/schemas'), 'attribute_schemas.csv', signal)) {
    if (row.content_type !== contentType) continue
    const fields: unknown = JSON.parse(row.fields ?? '[]')
    schemas.push({ selector: row.selector ?? null, fields: Array.isArray(fields) ? fields : [] })
  }
  return schemas
}
