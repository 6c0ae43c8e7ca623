import type { Migration } from '@piecework/postgres'
import { sqlSources } from './sql.generated.js'

/** Tables of tenure projects, in the schema `tenure`. Creates PostGIS if the database lacks it. */
export const tenureMigrations: readonly Migration[] = sqlSources.map(({ name, sql }) => ({
  name: `tenure/${name}`,
  sql,
}))
