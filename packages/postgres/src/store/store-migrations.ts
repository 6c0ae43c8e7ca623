import type { Migration } from '../migrations/migration.js'
import { sqlSources } from './migrations/sql.generated.js'

/** The tables of `postgresStore`, in schema `piecework`. */
export const storeMigrations: readonly Migration[] = sqlSources.map(({ name, sql }) => ({
  name: `piecework/${name}`,
  sql,
}))
