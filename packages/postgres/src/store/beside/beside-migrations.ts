import { type Database, PieceworkError } from '@piecework/core/store'
import { migrate } from '../../migrations/migrate.js'
import type { Migration } from '../../migrations/migration.js'
import { sqlSources } from './migrations/sql.generated.js'

/** The tables in schema `piecework` of a database that has rows of pieces, and not the store. */
const besideMigrations: readonly Migration[] = sqlSources.map(({ name, sql }) => ({
  name: `piecework-beside/${name}`,
  sql,
}))

/** Throws `options-invalid` for a database of pieces of another store: it holds no store of its own. */
export async function refuseBeside(database: Database): Promise<void> {
  const { rows } = await database.query<{ found: boolean }>(
    `SELECT to_regclass('piecework.attempts') IS NOT NULL AS found`,
  )
  if (rows[0]?.found)
    throw new PieceworkError(
      'options-invalid',
      'postgresStore(): this database has rows of pieces whose store is in another one: give that as "database", and this one by its name in "databases".',
    )
}

/** Throws `options-invalid` for a database that holds a store, as `migrate` does for one that has changed. */
export async function migrateBeside(name: string, database: Database): Promise<void> {
  const { rows } = await database.query<{ found: boolean }>(
    `SELECT to_regclass('piecework.jobs') IS NOT NULL AS found`,
  )
  if (rows[0]?.found)
    throw new PieceworkError(
      'options-invalid',
      `postgresStore(): the database "${name}" holds the tables of a store. Pieces whose rows are in the store's database name none; the tables of another store belong into a database of its own.`,
      { facts: { database: name } },
    )
  await migrate(database, besideMigrations)
}
