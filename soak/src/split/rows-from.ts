import { planningSchema } from '@piecework/pieces-project'
import { quoteIdent } from '@piecework/postgres'
import pg from 'pg'

/** A client, while `work` lasts. */
export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The database of this address, as a server of `postgres_fdw` with a name. */
export async function addServer(client: pg.Client, name: string, address: string): Promise<void> {
  const { hostname, port, pathname, username, password } = new URL(address)
  const text = (value: string) => pg.escapeLiteral(decodeURIComponent(value))
  await client.query(`CREATE EXTENSION IF NOT EXISTS postgres_fdw;
    CREATE SERVER ${name} FOREIGN DATA WRAPPER postgres_fdw
      OPTIONS (host ${text(hostname)}, port ${text(port || '5432')}, dbname ${text(pathname.slice(1))});
    CREATE USER MAPPING FOR CURRENT_USER SERVER ${name}
      OPTIONS (user ${text(username)}${password ? `, password ${text(password)}` : ''})`)
}

const foreignSchema = (server: string) => quoteIdent(`tables_of_${server}`)

/** Makes these tables of a server readable, beside those of the same name. */
export async function importTables(
  client: pg.Client,
  server: string,
  tables: readonly string[],
): Promise<void> {
  const schema = foreignSchema(server)
  await client.query(`CREATE SCHEMA ${schema};
    IMPORT FOREIGN SCHEMA ${planningSchema} LIMIT TO (${tables.map(quoteIdent).join(', ')}) FROM SERVER ${server} INTO ${schema}`)
}

/** Fills tables with the rows that those of a server have, as they are. */
export async function copyRows(client: pg.Client, server: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const name = `${planningSchema}.${quoteIdent(table)}`
    const { rows } = await client.query<{ columns: string }>(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
      [name],
    )
    const columns = rows[0]?.columns
    await client.query(
      `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${foreignSchema(server)}.${quoteIdent(table)}`,
    )
  }
}

/** Runs `work` in a transaction in which no trigger fires, nor a foreign key's. */
export async function withoutTriggers(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN; SET LOCAL session_replication_role = replica')
  await work()
  await client.query('COMMIT')
}

/** SQL that empties tables of the planning schema. */
export const emptySql = (tables: readonly string[]): string =>
  tables.map((table) => `DELETE FROM ${planningSchema}.${quoteIdent(table)}`).join('; ')
