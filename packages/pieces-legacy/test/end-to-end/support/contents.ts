import assert from 'node:assert/strict'
import type { Database, ResourceRef } from '@piecework/core/piece'
import { resourcePath } from '@piecework/core/store'
import { schemaPrints } from '@piecework/test-support'
import type { Host } from './host.js'

/**
 * Fingerprint of every table of the planning domain, of all claims, and the keys of what jobs have stored.
 */
export type Contents = Readonly<Record<string, string>>

export async function contentsOf({
  database,
  artifacts,
}: Pick<Host, 'database' | 'artifacts'>): Promise<Contents> {
  const contents: Record<string, string> = Object.fromEntries(
    Object.entries(await schemaPrints(database, 'planning')).map(([table, { rows, digest }]) => [
      table,
      `${rows} rows, ${digest}`,
    ]),
  )
  const { rows: holds } = await database.query('SELECT * FROM piecework.holds ORDER BY id, path')
  contents.holds = JSON.stringify(holds)
  const keys: string[] = []
  for (const prefix of ['jobs', 'archives']) for await (const key of artifacts.list(prefix)) keys.push(key)
  contents.artifacts = keys.join('\n')
  return contents
}

export async function planningTables(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'planning' ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}

/** Nothing is claimed, locked or open: no backend that works on data has a transaction left. */
export async function assertQuiet(host: Host, ...resources: readonly ResourceRef[]): Promise<void> {
  for (const resource of resources) await host.piecework.guard.checkEditable(resourcePath([resource]))
  const { rows } = await host.database.query(
    `SELECT state, query FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
       AND application_name = 'data' AND state <> 'idle'
     UNION ALL
     SELECT 'lock', mode || ' of ' || pid FROM pg_locks
     WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  )
  assert.deepEqual(rows, [])
}
