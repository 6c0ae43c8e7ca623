import { type Database, PieceworkError, type Transaction } from '@piecework/core/store'
import type { Migration } from './migration.js'

/** Any number that no other program locks. */
const lock = '7310579611903821'

/**
 * Runs, in their order, those that the database has not seen, each in a transaction of its own; `piecework.migrations` keeps
 * their names. Processes that start together wait for each other.
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<void> {
  assertUnique(migrations)
  await inTurn(database, async (tx) => {
    await tx.query('CREATE SCHEMA IF NOT EXISTS piecework')
    await tx.query(
      'CREATE TABLE IF NOT EXISTS piecework.migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())',
    )
  })
  for (const migration of migrations) {
    await inTurn(database, async (tx) => {
      const mark = 'INSERT INTO piecework.migrations (name) VALUES ($1) ON CONFLICT DO NOTHING'
      const { rowCount } = await tx.query(mark, [migration.name])
      if (rowCount === 1) await migration.up(tx)
    })
  }
}

function inTurn(database: Database, work: (tx: Transaction) => Promise<void>): Promise<void> {
  return database.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(${lock})`)
    await work(tx)
  })
}

function assertUnique(migrations: readonly Migration[]): void {
  const names = new Set<string>()
  for (const { name } of migrations) {
    if (names.has(name)) throw new PieceworkError('registry-invalid', `Two migrations are named ${name}.`)
    names.add(name)
  }
}
