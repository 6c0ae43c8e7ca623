import type { Migration } from '@piecework/postgres'
import { sqlSources } from './sql.generated.js'

/** Tables of projects, in the schema `planning`. Creates PostGIS if the database lacks it. */
export const planningMigrations: readonly Migration[] = sqlSources.map(({ name, sql }) => ({
  name: `planning/${name}`,
  sql,
}))
