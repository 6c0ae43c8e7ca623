import pg from 'pg'

/** Moves a database, to which no client may be connected, into an empty folder of the server's. */
export async function moveDatabase(options: {
  readonly server: string
  readonly database: string
  readonly folder: string
}): Promise<void> {
  const client = new pg.Client({ connectionString: options.server })
  await client.connect()
  const name = new URL(options.database).pathname.slice(1)
  try {
    await client.query(`CREATE TABLESPACE soak LOCATION ${pg.escapeLiteral(options.folder)}`)
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} SET TABLESPACE soak`)
  } finally {
    await client.end()
  }
}
