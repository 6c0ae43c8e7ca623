import { PieceworkError } from '@piecework/core/piece'

export interface TableName {
  readonly schema: string
  readonly name: string
}

const part = `"(?:[^"]|"")+"|[^".][^.]*`
const form = new RegExp(`^(?:(${part})\\.)?(${part})$`, 'u')

/**
 * `items`, `geo.items`, `"odd.name"`, `geo."odd.name"`; without a schema it is in `schema`. Throws
 * `registry-invalid`.
 */
export function parseTableName(text: string, schema: string): TableName {
  const [, first, second] = form.exec(text) ?? []
  if (second === undefined) {
    throw new PieceworkError(
      'registry-invalid',
      `${JSON.stringify(text)} is not the name of a table; write items, geo.items or geo."odd.name".`,
    )
  }
  return { schema: first === undefined ? schema : unquoted(first), name: unquoted(second) }
}

/** As `parseTableName`; the names of a piece's own tables are taken as they are. */
export function referencedName(
  text: string,
  schema: string,
  tables: readonly { readonly table: string }[],
): TableName {
  return tables.some(({ table }) => table === text) ? { schema, name: text } : parseTableName(text, schema)
}

/**
 * Name under which the keys of a table are remapped, the same in all pieces of a job: without its schema for
 * `public`.
 */
export const tableKey = ({ schema, name }: TableName): string =>
  schema === 'public' ? name : `${quotedIfOdd(schema)}.${quotedIfOdd(name)}`

/** The table as a declaration of a piece in `schema` names it. */
export const writtenName = (table: TableName, schema: string): string =>
  table.schema === schema
    ? quotedIfOdd(table.name)
    : `${quotedIfOdd(table.schema)}.${quotedIfOdd(table.name)}`

/** Whether a kind calls the table so, with its schema or without. */
export const isNamed = (table: TableName, name: string): boolean =>
  tableKey(table) === name || table.name === name

export const isSameTable = (a: TableName, b: TableName): boolean => a.schema === b.schema && a.name === b.name

const unquoted = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text

const quotedIfOdd = (text: string): string =>
  text.includes('.') || text.startsWith('"') ? `"${text.replaceAll('"', '""')}"` : text
