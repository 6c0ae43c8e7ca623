import type { Migration } from '@piecework/postgres'
import { sqlSources } from './sql.generated.js'

/** Tables of scenarios, in the schema `planning`. Run `planningMigrations` first. */
export const scenarioMigrations: readonly Migration[] = sqlSources.map(({ name, sql }) => ({
  name: `scenarios/${name}`,
  sql,
}))
