import type { Database } from '@piecework/core/store'
import type { ScratchDatabase } from '@piecework/test-support'

/** In `database`, a server of this name that leads to the other one. Resolves to its port. */
export async function foreignServer(
  database: Database,
  name: string,
  other?: ScratchDatabase,
): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(other?.url ?? '')
  await database.query('CREATE EXTENSION IF NOT EXISTS postgres_fdw')
  await database.query(
    `CREATE SERVER ${name} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${hostname}', port '${port || 5432}', dbname '${pathname.slice(1)}')`,
  )
  await database.query(
    `CREATE USER MAPPING FOR PUBLIC SERVER ${name} OPTIONS (user '${username}', password '${password || 'none'}')`,
  )
  return port || '5432'
}
