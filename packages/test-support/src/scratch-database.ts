import { randomBytes } from 'node:crypto'
import { check, checkOptions, type OptionChecks, objectCheck, required } from '@piecework/core/store'
import pg from 'pg'

export interface ScratchDatabase {
  /** Connects to the new database. */
  readonly url: string
  /** Ends what is still connected to it. */
  drop(): Promise<void>
}

/** What every database of one kind begins with: the host's tables, say. */
export interface ScratchTemplate {
  /** `[a-z0-9_]`, at most 20 characters; one name stands for one content in all test files. */
  readonly name: string
  /** Fills the template. Must close its connections. PostGIS is there already. */
  readonly prepare: (url: string) => Promise<void>
}

interface ScratchOptions {
  readonly url?: string
  readonly template?: ScratchTemplate
  /** Another than UTF8; such a database begins empty, without PostGIS. */
  readonly encoding?: string
}

const scratchChecks: OptionChecks<ScratchOptions> = {
  url: check.string,
  template: objectCheck<ScratchTemplate>({ name: required(check.text), prepare: required(check.func()) }),
  encoding: check.text,
}

const postgis: ScratchTemplate = { name: 'postgis', prepare: async () => {} }

/**
 * A new database with PostGIS, so that every test file has its own. The test script names a run in
 * `PIECEWORK_TEST_RUN`: then a template is prepared once for all files of that run, and the script drops what is left.
 */
export async function scratchDatabase(given?: ScratchOptions): Promise<ScratchDatabase> {
  const options = checkOptions('scratchDatabase()', given, scratchChecks)
  const server = options.url ?? process.env.DATABASE_URL
  if (server === undefined || server === '') throw new Error('scratchDatabase needs a url or DATABASE_URL.')
  const run = process.env.PIECEWORK_TEST_RUN
  const template = options.template ?? postgis
  if (!/^[a-z0-9_]{1,20}$/.test(template.name)) throw new Error(`"${template.name}" is no template name.`)

  const name = `piecework_${run ?? 'test'}_${randomBytes(6).toString('hex')}`
  const url = databaseUrl(server, name)
  await asAdmin(server, async (admin) => {
    if (options.encoding !== undefined) {
      const encoding = pg.escapeLiteral(options.encoding)
      await admin.query(
        `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0 ENCODING ${encoding} LOCALE 'C'`,
      )
    } else if (run === undefined) {
      await createPrepared(admin, server, name, template)
    } else {
      await copy(admin, await cachedTemplate(admin, server, run, template), name)
    }
  })
  return { url, drop: () => asAdmin(server, (admin) => drop(admin, name)) }
}

/** The first file of a run that asks prepares the template; the others wait for it. */
async function cachedTemplate(
  admin: pg.ClientBase,
  server: string,
  run: string,
  template: ScratchTemplate,
): Promise<string> {
  const name = `piecework_${run}_template_${template.name}`
  await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name])
  try {
    const found = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (found.rowCount === 0) {
      const unfinished = `${name}_unfinished`
      await drop(admin, unfinished)
      // To copy PostGIS is quicker than to create it.
      const source = template === postgis ? undefined : await cachedTemplate(admin, server, run, postgis)
      await createPrepared(admin, server, unfinished, template, source)
      await admin.query(
        `ALTER DATABASE ${pg.escapeIdentifier(unfinished)} RENAME TO ${pg.escapeIdentifier(name)}`,
      )
    }
  } finally {
    await admin.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name])
  }
  return name
}

/** `source`: a template that has PostGIS. */
async function createPrepared(
  admin: pg.ClientBase,
  server: string,
  name: string,
  template: ScratchTemplate,
  source?: string,
): Promise<void> {
  // No session is ever connected to template0, so copying it cannot be refused.
  if (source === undefined)
    await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0`)
  else await copy(admin, source, name)
  try {
    const url = databaseUrl(server, name)
    if (source === undefined) await connected(url, (client) => client.query('CREATE EXTENSION postgis'))
    await template.prepare(url)
  } catch (error) {
    await drop(admin, name)
    throw error
  }
}

async function copy(admin: pg.ClientBase, source: string, name: string): Promise<void> {
  // A third of the work of copying block by block through the log. Nothing writes to a template.
  const strategy = (await serverMajor(admin)) >= 15 ? 'STRATEGY FILE_COPY' : ''
  await admin.query(
    `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(source)} ${strategy}`,
  )
}

/** The server waits some seconds for connections that are just being closed; only what still uses the database is ended. */
async function drop(admin: pg.ClientBase, name: string): Promise<void> {
  const sql = `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)}`
  await admin.query(sql).catch((error: unknown) => {
    if (!(error instanceof pg.DatabaseError) || error.code !== '55006') throw error
    return admin.query(`${sql} WITH (FORCE)`)
  })
}

async function serverMajor(admin: pg.ClientBase): Promise<number> {
  const { rows } = await admin.query<{ major: number }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major`,
  )
  return rows[0]?.major ?? 0
}

let pool: pg.Pool | undefined

/**
 * One after the other, on a connection to the run's server that is kept: to begin one takes as long as to copy a database. It keeps no
 * process alive.
 */
async function asAdmin<T>(server: string, work: (admin: pg.ClientBase) => Promise<T>): Promise<T> {
  if (server !== process.env.DATABASE_URL) return connected(server, work)
  // Tests end connections that are idle.
  pool ??= new pg.Pool({ connectionString: server, max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true }).on(
    'error',
    () => undefined,
  )
  const client = await pool.connect()
  try {
    return await work(client)
  } finally {
    client.release()
  }
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}
