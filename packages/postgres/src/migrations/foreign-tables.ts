import { check, checkOptions, type OptionChecks, required } from '@piecework/core/store'
import { quoteIdent } from '../database/quote-ident.js'
import { textLiteral } from '../database/text-literal.js'
import type { Migration } from './migration.js'

/** Tables of one schema whose rows are in another database. */
export interface ForeignTablesOptions {
  /** Of the migration: `planning/0100-tables-of-geo`. */
  readonly name: string
  /** Server of a `postgres_fdw`, which must be there, with a user mapping for the role that migrates and that of the jobs. */
  readonly server: string
  readonly schema: string
  readonly tables: readonly string[]
}

const foreignTablesChecks: OptionChecks<ForeignTablesOptions> = {
  name: required(check.text),
  server: required(check.text),
  schema: required(check.text),
  tables: required(check.list(check.text)),
}

/**
 * A migration after which these tables are foreign tables: those of the same name behind the server, for reading. Of a
 * table that has been made here, the foreign keys to and from it go, and so does the table; the migration fails
 * if it has rows, if a view reads it, or if something else than a table has its name.
 */
export function foreignTables(given: ForeignTablesOptions): Migration {
  const { name, server, schema, tables } = checkOptions('foreignTables()', given, foreignTablesChecks)
  const gone = `n.nspname = ${textLiteral(schema)} AND c.relname = ANY (ARRAY[${tables.map((table) => textLiteral(table)).join(', ')}]::text[])`
  const wanted = tables.map((table) => quoteIdent(table)).join(', ')
  if (tables.length === 0) return { name, sql: 'SELECT' }
  const sql = `
DO $migration$
DECLARE
  gone oid[] := ARRAY(SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE ${gone} AND c.relkind IN ('r', 'p'));
  one record;
  filled boolean;
BEGIN
  FOR one IN SELECT c.oid::regclass AS name, c.relkind FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE ${gone} AND c.relkind NOT IN ('r', 'p') LOOP
    RAISE EXCEPTION '% is % here, in whose place a foreign table is to be made: drop it first.', one.name,
      CASE one.relkind WHEN 'f' THEN 'a foreign table' WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view' ELSE 'no table' END;
  END LOOP;
  FOR one IN SELECT oid::regclass AS name FROM unnest(gone) AS oid LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO filled;
    IF filled THEN
      RAISE EXCEPTION 'Table % has rows here: move them into the other database, and delete them here.', one.name;
    END IF;
  END LOOP;
  FOR one IN SELECT conrelid::regclass AS name, conname FROM pg_catalog.pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND (conrelid = ANY (gone) OR confrelid = ANY (gone)) LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.name, one.conname);
  END LOOP;
  FOR one IN SELECT oid::regclass AS name FROM unnest(gone) AS oid LOOP
    EXECUTE format('DROP TABLE %s', one.name);
  END LOOP;
END
$migration$;
IMPORT FOREIGN SCHEMA ${quoteIdent(schema)} LIMIT TO (${wanted}) FROM SERVER ${quoteIdent(server)} INTO ${quoteIdent(schema)};
DO $migration$
BEGIN
  IF (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE ${gone} AND c.relkind = 'f') < ${tables.length} THEN
    RAISE EXCEPTION 'The other database has not all of these tables: %', ${textLiteral(tables.join(', '))};
  END IF;
END
$migration$;`
  return { name, sql }
}
