import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createPiecework, memoryArtifacts, type Pack } from '@piecework/core'
import { checkTables, fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { webWork, workerWork } from './role-work.js'

const test = needsServer(suite('least database roles'))
const by = { principal: { id: 'ann' } }
const roles = { web: '', worker: '' }
let scratch: ScratchDatabase
let admin: pg.Pool
let pools: Readonly<Record<keyof typeof roles, pg.Pool>>
/** As the documentation has them, for the roles of this test. */
let grants: readonly string[]

const poolOf = (url: string): pg.Pool =>
  new pg.Pool({ connectionString: url, max: 3 }).on('error', () => undefined)

async function roleOf(kind: keyof typeof roles): Promise<pg.Pool> {
  const name = `piecework_${kind}_${randomBytes(6).toString('hex')}`
  roles[kind] = name
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'roles'`)
  const url = new URL(scratch.url)
  url.username = name
  url.password = 'roles'
  return poolOf(url.href)
}

test.before(async () => {
  scratch = await scratchDatabase()
  admin = poolOf(scratch.url)
  await postgresStore({ database: fromPg(admin) }).migrate()
  pools = { web: await roleOf('web'), worker: await roleOf('worker') }
  const docs = await readFile(new URL('../../../../../docs/host-tables.md', import.meta.url), 'utf8')
  grants = [...docs.matchAll(/^GRANT .* TO (web|worker);$/gm)].map(([statement, kind]) =>
    statement.replace(/TO \w+;$/, `TO ${roles[kind as keyof typeof roles]}`),
  )
  assert.equal(grants.length, 29)
  for (const grant of grants) await admin.query(grant)
})
test.after(async () => {
  await Promise.all(Object.values(pools).map((pool) => pool.end()))
  for (const role of Object.values(roles)) await admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  await admin.end()
  await scratch.drop()
})

const work: Readonly<Record<keyof typeof roles, () => Promise<void>>> = {
  web: () => webWork(postgresStore({ database: fromPg(pools.web) })),
  worker: () =>
    workerWork(
      postgresStore({ database: fromPg(admin) }),
      postgresStore({ database: fromPg(pools.worker), leaseMs: 60_000 }),
      () =>
        admin.query(`UPDATE piecework.nodes SET lease_until = '-infinity' WHERE open AND lease_until IS NOT NULL;
          UPDATE piecework.jobs SET deadline = '-infinity' WHERE deadline IS NOT NULL`),
    ),
}

for (const kind of ['web', 'worker'] as const) {
  test(`the ${kind} needs each of its privileges, and no other`, async () => {
    await work[kind]()
    const own = grants.filter((grant) => grant.endsWith(` TO ${roles[kind]}`))
    for (const grant of own) {
      const [, privileges = '', things = ''] = /^GRANT (.*) ON (.*) TO /.exec(grant) ?? []
      for (const thing of things.split(', ')) {
        for (const privilege of privileges.split(', ')) {
          const one = `${privilege} ON ${thing}`
          await admin.query(`REVOKE ${one} FROM ${roles[kind]}`)
          const failed = await work[kind]().then(
            () => false,
            (error: unknown) => /42501/.test(String(error)) || String(error),
          )
          await admin.query(`GRANT ${one} TO ${roles[kind]}`)
          assert.equal(failed, true, `without ${one}`)
        }
      }
    }
  })
}

/** Books with pages. */
const bookPack: Pack = {
  name: 'books',
  kinds: [
    {
      kind: 'book',
      table: 'books',
      describe: async ({ id }, db) =>
        (await db.query<{ name: string }>('SELECT name FROM books WHERE id = $1', [id])).rows[0],
      shell: {
        create: async ({ ref, name }, tx) =>
          void (await tx.query('INSERT INTO books VALUES ($1, $2)', [ref.id, name ?? ''])),
        ready: async () => undefined,
        remove: async ({ id }, tx) => void (await tx.query('DELETE FROM books WHERE id = $1', [id])),
      },
    },
  ],
  pieces: [
    tablePiece({
      name: 'book/pages',
      of: 'book',
      version: 1,
      tables: [{ table: 'pages', owner: 'book_id', order: ['text'] }],
    }),
  ],
}

test('one role requests, follows and downloads what the other one carries', async () => {
  await admin.query('CREATE TABLE books (id uuid PRIMARY KEY, name text)')
  await admin.query(
    'CREATE TABLE pages (id uuid PRIMARY KEY, book_id uuid REFERENCES books ON DELETE CASCADE, text text)',
  )
  const book = { kind: 'book', id: randomUUID() }
  await admin.query(`INSERT INTO books VALUES ($1, 'Birds')`, [book.id])
  await admin.query(`INSERT INTO pages VALUES (gen_random_uuid(), $1, 'wren')`, [book.id])
  await admin.query(`GRANT SELECT ON books TO ${roles.web}`)
  await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON books, pages TO ${roles.worker}`)
  const artifacts = memoryArtifacts()
  const [web, worker] = [pools.web, pools.worker].map((pool) =>
    createPiecework({
      packs: [bookPack],
      runtime: inProcess(),
      store: postgresStore({ database: fromPg(pool) }),
      artifacts,
      sweepMs: 50,
    }),
  ) as [ReturnType<typeof createPiecework>, ReturnType<typeof createPiecework>]
  const errors: unknown[] = []
  worker.events.on('error', (error) => errors.push(error))
  await worker.start()
  try {
    const exporting = await web.export({ resource: book, ...by, recipient: 'bob' })
    await exporting.result()
    const { bytes, size } = await web.download(exporting.id, by)
    let sent = 0
    for await (const chunk of bytes) sent += chunk.length
    assert.equal(sent, size)
    const { resource } = await (await web.clone({ resource: book, ...by })).result()
    const { rows } = await admin.query('SELECT text FROM pages WHERE book_id = $1', [resource?.id])
    assert.deepEqual(rows, [{ text: 'wren' }])
    const record = await web.record({}, by)
    assert.deepEqual(
      record.filter(({ principal }) => principal === 'ann').map(({ action, outcome }) => [action, outcome]),
      [
        ['clone-from', 'allowed'],
        ['download', 'done'],
        ['export', 'allowed'],
      ],
    )
    await web.forget(book, by)
    assert.deepEqual(errors, [])
  } finally {
    await worker.stop()
  }
})

test('nothing half-made: a role without TEMPORARY exports, and an import and a clone that need it say so', async () => {
  await admin.query(
    'CREATE TABLE notes (id uuid PRIMARY KEY, book_id uuid REFERENCES books ON DELETE CASCADE, code text UNIQUE)',
  )
  const book = { kind: 'book', id: randomUUID() }
  await admin.query(`INSERT INTO books VALUES ($1, 'Fish')`, [book.id])
  await admin.query(`INSERT INTO notes VALUES (gen_random_uuid(), $1, 'cod')`, [book.id])
  const app = `piecework_app_${randomBytes(6).toString('hex')}`
  await admin.query(`CREATE ROLE ${app} LOGIN PASSWORD 'roles'; GRANT USAGE ON SCHEMA piecework TO ${app};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA piecework, public TO ${app};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA piecework TO ${app}`)
  const url = new URL(scratch.url)
  url.username = app
  url.password = 'roles'
  const pool = poolOf(url.href)
  const notes = tablePiece({
    name: 'book/notes',
    of: 'book',
    version: 1,
    tables: [{ table: 'notes', owner: 'book_id', order: ['code'], unique: { code: 'suffix' } }],
  })
  const database = fromPg(pool)
  await checkTables(database, [notes])
  const [{ name } = { name: '' }] = (await admin.query('SELECT current_database() AS name')).rows
  await admin.query(`REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`)
  const rows = async () =>
    (
      await admin.query(
        'SELECT b.id, n.code FROM books b LEFT JOIN notes n ON n.book_id = b.id ORDER BY 1, 2',
      )
    ).rows
  const before = await rows()
  const piecework = createPiecework({
    packs: [{ ...bookPack, pieces: [notes] }],
    runtime: inProcess(),
    store: postgresStore({ database }),
    artifacts: memoryArtifacts(),
    maxAttempts: 2,
    backoffMs: 5,
  })
  try {
    await assert.rejects(checkTables(database, [notes]), /temporary/i)
    await piecework.start()
    const { archive } = await (await piecework.export({ resource: book, ...by })).result()
    assert.ok(archive)
    for (const copy of [
      () => piecework.import({ archive, ...by }),
      () => piecework.clone({ resource: book, ...by }),
    ]) {
      const { job } = await (await copy()).ended()
      assert.equal(job.outcome, 'failed')
      assert.match(job.error?.message ?? '', /permission denied to create temporary tables/)
      assert.deepEqual(await rows(), before)
    }
  } finally {
    await piecework.stop()
    await pool.end()
    await admin.query(`GRANT TEMPORARY ON DATABASE ${name} TO PUBLIC; DROP OWNED BY ${app}; DROP ROLE ${app}`)
  }
})

test.run()
