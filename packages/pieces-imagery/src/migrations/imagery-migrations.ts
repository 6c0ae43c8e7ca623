import type { Migration } from '@piecework/postgres'
import { sqlSources } from './sql.generated.js'

/** Tables of projects, scenes and exports of imagery, in the schema `imagery`. */
export const imageryMigrations: readonly Migration[] = sqlSources.map(({ name, sql }) => ({
  name: `imagery/${name}`,
  sql,
}))
