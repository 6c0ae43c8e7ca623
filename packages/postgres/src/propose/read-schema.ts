import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { readCatalogue, type Table } from '../table-piece/catalogue.js'
import { withLikelyKeys } from '../table-piece/facts/likely-keys.js'
import { readTableFacts } from '../table-piece/facts/table-facts.js'
import { likelySequences } from '../table-piece/keys/number-problems.js'
import { readSequences } from '../table-piece/keys/sequences.js'
import type { Reading } from '../table-piece/read-declared.js'
import { parseTableName, type TableName, tableKey } from '../table-piece/table-name.js'

/** Every table of the host, in all schemas: neither partitions nor those of extensions or of the store. */
const tablesQuery = `
SELECT n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'piecework') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e' AND d.objid = c.oid
    AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

/** What the catalogue says of every table, and their names of keys that it does not know. */
export async function readSchema(db: Queryable): Promise<Reading> {
  const { rows } = await db.query<{ schema: string; name: string }>(tablesQuery)
  const catalogue = await readCatalogue(db, rows, 0)
  const { tables } = catalogue
  const names = tables.flatMap(({ name, primaryKey }) =>
    primaryKey.flatMap((column) => likelySequences(name, column)),
  )
  const sequences = await readSequences(db, tables, names)
  const facts = await readTableFacts(db, tables)
  const byName = new Map(tables.map((table, index) => [nameKey(table), facts[index]]))
  return { catalogue: withLikelyKeys(catalogue), sequences, factsOf: (table) => byName.get(nameKey(table)) }
}

const nameKey = ({ schema, name }: TableName): string => JSON.stringify([schema, name])

/** The table of that name. Throws `options-invalid`, with the tables of that name in other schemas. */
export function rootTable({ catalogue }: Pick<Reading, 'catalogue'>, text: string): Table {
  const found = catalogue.get(parseTableName(text, 'public'))
  if (found) return found
  const { name } = parseTableName(text, 'public')
  const near = catalogue.tables
    .filter((table) => table.name.toLowerCase() === name.toLowerCase())
    .map((table) => `${table.schema}.${tableKey({ schema: 'public', name: table.name })}`)
  const hint = near.length > 0 ? ` There is ${near.join(', ')}.` : ''
  throw new PieceworkError('options-invalid', `There is no table ${JSON.stringify(text)}.${hint}`)
}
