import { checkArgument, PieceworkError } from '@piecework/core/store'
import { fromKnex, type KnexLike } from '../database/from-knex.js'
import { appliedMigrations, applyMigration } from './applied-migrations.js'
import { type Migration, migrationsCheck } from './migration.js'

/** What knex asks of a `migrationSource`. */
export interface KnexMigrationSource {
  getMigrations(loadExtensions: readonly string[]): Promise<Migration[]>
  getMigrationName(migration: Migration): string
  getMigration(migration: Migration): Promise<{
    up(knex: KnexLike): Promise<void>
    down(knex: KnexLike): Promise<void>
  }>
}

/**
 * For hosts that run all their migrations with knex: `knex.migrate.latest({ migrationSource })`.
 * `piecework.migrations` is kept as `migrate` keeps it, and each migration that runs checks those before it.
 * knex calls nothing if it has nothing to run: `migrate(fromKnex(knex), migrations)` then checks, and runs
 * nothing. There is no way down.
 */
export function toKnexMigrationSource(migrations: readonly Migration[]): KnexMigrationSource {
  checkArgument('toKnexMigrationSource()', 'migrations', migrations, migrationsCheck)
  return {
    getMigrations: async () => [...migrations],
    getMigrationName: ({ name }) => name,
    getMigration: async (migration) => ({
      up: (knex) =>
        fromKnex(knex).transaction(async (tx) => {
          const applied = await appliedMigrations(tx, migrations)
          if (!applied.has(migration.name)) await applyMigration(tx, migration)
        }),
      down: async () => {
        throw new PieceworkError('unsupported', `The migration ${migration.name} cannot be taken back.`)
      },
    }),
  }
}
