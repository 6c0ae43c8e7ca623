import { createHash } from 'node:crypto'
import { PieceworkError, type Queryable } from '@piecework/core/store'
import type { Migration } from './migration.js'

/** Any number that no other program locks. */
const lock = '7310579611903821'

/**
 * Names and checksums of what the database has run. Until the transaction ends, other processes wait here.
 * Throws `postgres/migration-changed` and `postgres/migration-unknown` if they do not fit `migrations`.
 */
export async function appliedMigrations(
  tx: Queryable,
  migrations: readonly Migration[],
): Promise<ReadonlySet<string>> {
  await tx.query(`SELECT pg_advisory_xact_lock(${lock})`)
  await ensureTable(tx)
  const { rows } = await tx.query<{ name: string; checksum: string }>(
    'SELECT name, checksum FROM piecework.migrations ORDER BY name',
  )
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]))
  refuseUnknown([...applied.keys()], migrations)
  for (const migration of migrations) {
    const checksum = applied.get(migration.name)
    if (checksum !== undefined && checksum !== checksumOf(migration)) throw changed(migration)
  }
  return new Set(applied.keys())
}

/** Runs the migration and records it. */
export async function applyMigration(tx: Queryable, migration: Migration): Promise<void> {
  await tx.query('INSERT INTO piecework.migrations (name, checksum) VALUES ($1, $2)', [
    migration.name,
    checksumOf(migration),
  ])
  await tx.query(migration.sql)
}

/** Creates nothing if the table is there: a role that may only read it can check a database. */
async function ensureTable(tx: Queryable): Promise<void> {
  const { rows: columns } = await tx.query<{ name: string }>(
    `SELECT attname::text AS name FROM pg_attribute
     WHERE attrelid = to_regclass('piecework.migrations') AND attnum > 0`,
  )
  if (columns.some(({ name }) => name === 'checksum')) return
  if (columns.length > 0) throw unreleased()
  await tx.query(
    `CREATE SCHEMA IF NOT EXISTS piecework;
     CREATE TABLE piecework.migrations (
       name text PRIMARY KEY,
       checksum text NOT NULL,
       applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
     )`,
  )
}

/** Other sets, such as those of a host, are none of the business of this one. */
function refuseUnknown(applied: readonly string[], migrations: readonly Migration[]): void {
  const sets = new Set(migrations.map(({ name }) => setOf(name)))
  const known = new Set(migrations.map(({ name }) => name))
  const unknown = applied.filter((name) => sets.has(setOf(name)) && !known.has(name))
  if (unknown.length === 0) return
  throw new PieceworkError(
    'postgres/migration-unknown',
    `This database has run migrations that this version does not know: ${unknown.join(', ')}. Use the version that ran them, or a newer one.`,
    { facts: { migrations: unknown } },
  )
}

const setOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1)

const checksumOf = ({ sql }: Migration): string => createHash('sha256').update(sql).digest('hex')

function changed({ name }: Migration): PieceworkError {
  return new PieceworkError(
    'postgres/migration-changed',
    `The migration ${name} was changed after this database had run it. Restore its text; a change goes into a new migration.`,
    { facts: { migration: name } },
  )
}

function unreleased(): PieceworkError {
  return new PieceworkError(
    'postgres/migration-unknown',
    'The schema piecework of this database was made by a version before the first release, and cannot be migrated. Use a new database.',
  )
}
