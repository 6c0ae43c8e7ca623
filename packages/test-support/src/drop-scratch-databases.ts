import pg from 'pg'

/** Drops what the scratch databases of one run (its `PIECEWORK_TEST_RUN`) have left: templates, and those of stopped tests. */
export async function dropScratchDatabases(server: string, run: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    const left = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [`piecework_${run}_`],
    )
    for (const { datname } of left.rows) {
      await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(datname)} WITH (FORCE)`)
    }
  } finally {
    await client.end()
  }
}
