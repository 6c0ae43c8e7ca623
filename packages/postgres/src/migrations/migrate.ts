import { check, checkArgument, type Database, PieceworkError } from '@piecework/core/store'
import { appliedMigrations, applyMigration } from './applied-migrations.js'
import { type Migration, migrationsCheck } from './migration.js'

/**
 * Runs, in their order, those that the database has not run, each in a transaction of its own;
 * `piecework.migrations` keeps their names and checksums. Processes that start together wait for each other.
 * Before anything runs, throws `postgres/migration-changed` if the text of one that has run differs, and
 * `postgres/migration-unknown` if the database has run later ones of the same set.
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<void> {
  checkArgument(
    'migrate()',
    'database',
    database,
    check.having<Database>('a database', 'query', 'transaction'),
  )
  checkArgument('migrate()', 'migrations', migrations, migrationsCheck)
  assertUnique(migrations)
  await database.transaction((tx) => appliedMigrations(tx, migrations))
  for (const migration of migrations) {
    await database.transaction(async (tx) => {
      const applied = await appliedMigrations(tx, migrations)
      if (!applied.has(migration.name)) await applyMigration(tx, migration)
    })
  }
}

function assertUnique(migrations: readonly Migration[]): void {
  const names = new Set<string>()
  for (const { name } of migrations) {
    if (names.has(name)) throw new PieceworkError('registry-invalid', `Two migrations are named ${name}.`)
    names.add(name)
  }
}
