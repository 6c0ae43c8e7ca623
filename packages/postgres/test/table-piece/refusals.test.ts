import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { type Database, isPieceworkError } from '@piecework/core'
import { checkTables, type TableFinding, type TableSpec, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { scratchEmbedded } from '../scratch-embedded.js'
import { cloned, exported, imported, type World, world } from './support.js'

const tables = `
  CREATE EXTENSION IF NOT EXISTS citext;
  CREATE DOMAIN person AS uuid;
  CREATE DOMAIN people AS person[];
  CREATE TYPE pair AS (a int, who person);
  CREATE TYPE uuids AS RANGE (subtype = uuid);
  CREATE DOMAIN picture AS oid;
  CREATE TABLE projects (id uuid PRIMARY KEY, name text);
  CREATE TABLE soft (id uuid PRIMARY KEY, project_id uuid, v VALUE);
  CREATE TABLE parents (id uuid PRIMARY KEY, project_id uuid, n int);
  CREATE TABLE heirs (extra text, PRIMARY KEY (id)) INHERITS (parents);
  CREATE TABLE parted (id uuid, project_id uuid REFERENCES projects, n int, PRIMARY KEY (project_id, n)) PARTITION BY RANGE (n);
  CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
  CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (100) TO (200);`

const types = [
  'uuid',
  'uuid[]',
  'person',
  'people',
  'pair',
  'pair[]',
  'uuids',
  'uuids_multirange',
  'oid',
  'oid[]',
  'picture',
] as const
const softTable = (type: string): string => `soft_${types.indexOf(type as never)}`
const ddl = tables.replace(
  /CREATE TABLE soft .*\n/,
  types
    .map((type) => `CREATE TABLE ${softTable(type)} (id uuid PRIMARY KEY, project_id uuid, v ${type});\n`)
    .join('  '),
)

const secrets = [
  ['password', 'text'],
  ['password_hash', 'bytea'],
  ['resetToken', 'varchar(9)'],
  ['API Key', 'text'],
  ["user's password", 'text'],
  ['back\\slash_password', 'text'],
  ['stripeSecretKey', 'citext'],
  ['refresh_tokens', 'text[]'],
  ['otpSecret', 'text'],
  ['credentials', 'jsonb'],
] as const
const harmless = [
  ['token_count', 'int'],
  ['password_changed_at', 'timestamptz'],
  ['has_password', 'boolean'],
  ['secretary', 'text'],
  ['keyboard', 'text'],
  ['passage', 'text'],
] as const
const column = ([name, type]: readonly [string, string]): string => `"${name}" ${type}`
const secretTables = `CREATE TABLE secretive (id uuid PRIMARY KEY, project_id uuid, ${secrets.map(column).join(', ')});
  CREATE TABLE open (id uuid PRIMARY KEY, project_id uuid, ${harmless.map(column).join(', ')});`

const piece = (...specs: TableSpec[]) =>
  tablePiece({ name: 'project/x', of: 'project', version: 1, tables: specs })
const table = (name: string, more: Partial<TableSpec> = {}): TableSpec => ({
  table: name,
  owner: 'project_id',
  order: [],
  ...more,
})

async function errors(db: Database, ...specs: TableSpec[]): Promise<readonly TableFinding[]> {
  const error = await checkTables(db, [piece(...specs)]).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error === undefined) return []
  assert.ok(isPieceworkError(error, 'registry-invalid'))
  const first = exported(db, piece(...specs), { kind: 'project', id: randomUUID() })
  await assert.rejects(first, (reason: Error) => reason.message === error.message)
  return error.findings
}

const databases: Readonly<Record<string, () => Promise<World>>> = {
  server: () => world(ddl + secretTables),
  embedded: async () => {
    const db = await scratchEmbedded()
    await db.query((ddl + secretTables).replace(/CREATE EXTENSION.*/, '').replaceAll('citext', 'text'))
    return { db, close: () => db.close() }
  },
}

for (const [name, open] of Object.entries(databases)) {
  const base = suite(`table pieces: what is refused until it is decided, ${name}`)
  const test = name === 'server' ? needsServer(base) : base
  let here: World
  test.before(async () => {
    here = await open()
  })
  test.after(() => here.close())

  for (const type of types) {
    const holds = type.includes('oid') || type === 'picture' ? 'large-object' : 'id-undecided'
    test(`new ids: an undeclared column of type ${type} is refused by name, at start and at first use`, async () => {
      const found = await errors(here.db, table(softTable(type)))
      assert.deepEqual(
        found.map(({ code, column, table: of, severity }) => [severity, code, of, column]),
        [['error', `tables/${holds}`, softTable(type), 'v']],
      )
      assert.match(found[0]?.message ?? '', new RegExp(`column "v" of table "${softTable(type)}"`))
      assert.deepEqual(await errors(here.db, table(softTable(type), { ignore: ['v'] })), [])
      assert.deepEqual(await errors(here.db, table(softTable(type), { set: { v: () => null } })), [])
      const travels = await errors(here.db, table(softTable(type), { columns: ['v'] }))
      assert.equal(travels.length, holds === 'large-object' ? 1 : 0)
    })
  }

  test('new ids: a declared reference is decided', async () => {
    assert.deepEqual(
      await errors(
        here.db,
        table('soft_0', { references: { v: 'parents' } }),
        table('parents', { inheritedBy: ['heirs'] }),
      ),
      [],
    )
  })

  test('coverage: a column that looks like a secret is refused by name until it is decided', async () => {
    const found = await errors(here.db, table('secretive'))
    assert.deepEqual(
      found.map(({ code, column: of }) => [code, of]),
      secrets.map(([secret]) => ['tables/secret-undecided', secret]),
    )
    const names = secrets.map(([secret]) => secret)
    assert.deepEqual(await errors(here.db, table('secretive', { ignore: names })), [])
    assert.deepEqual(await errors(here.db, table('secretive', { columns: names })), [])
    assert.deepEqual(await errors(here.db, table('open')), [])
  })

  test('coverage: what a hint says to write is taken, whatever the column is called', async () => {
    for (const of of ['secretive', softTable('uuid')])
      for (const { hint = '', column: name } of await errors(here.db, table(of))) {
        const written = [...hint.matchAll(/(?:ignore|columns): \[[^\]]*\]/g)].map(([text]) => text)
        assert.equal(written.length, 2, hint)
        for (const text of written) {
          const left = await errors(here.db, table(of, runInNewContext(`({ ${text} })`)))
          assert.ok(!left.some(({ column: again }) => again === name), text)
        }
      }
  })

  test('honest counts: a table whose heirs no piece declares is refused by name', async () => {
    const found = await errors(here.db, table('parents'))
    assert.deepEqual(
      found.map(({ code, table: of }) => [code, of]),
      [['tables/inherited', 'parents']],
    )
    assert.match(found[0]?.message ?? '', /"heirs"/)
    assert.deepEqual(await errors(here.db, table('parents'), table('heirs')), [])
    assert.deepEqual(await errors(here.db, table('heirs')), [])
    assert.deepEqual(await errors(here.db, table('parted', { columns: ['id'] })), [])
  })

  test('honest counts: rows of heirs are neither doubled nor turned into rows of their parent', async () => {
    const both = piece(table('parents', { order: ['n'] }), table('heirs', { order: ['n'] }))
    const [source, copy, clone] = [randomUUID(), randomUUID(), randomUUID()]
    await here.db.query(`INSERT INTO parents SELECT gen_random_uuid(), $1::uuid, 1`, [source])
    await here.db.query(
      `INSERT INTO heirs SELECT gen_random_uuid(), $1::uuid, n, 'x' FROM generate_series(2, 4) n`,
      [source],
    )
    const { files, counts } = await exported(here.db, both, { kind: 'project', id: source })
    assert.equal(counts.rows, 4)
    const into = (id: string) => ({
      resource: { kind: 'project', id },
      source: { kind: 'project', id: source },
      jobId: randomUUID(),
    })
    assert.equal((await imported(here.db, both, files, into(copy))).counts.rows, 4)
    assert.equal((await cloned(here.db, both, into(clone))).counts.rows, 4)
    for (const id of [source, copy, clone]) {
      const { rows } = await here.db.query(
        `SELECT tableoid::regclass::text AS of, count(*)::int AS n FROM parents WHERE project_id = $1 GROUP BY 1 ORDER BY 1`,
        [id],
      )
      assert.deepEqual(rows, [
        { of: 'heirs', n: 3 },
        { of: 'parents', n: 1 },
      ])
    }
  })

  test('honest counts: a partitioned table has the rows of its partitions', async () => {
    const parted = piece(table('parted', { order: ['n'], ignore: ['id'] }))
    const [source, copy] = [randomUUID(), randomUUID()]
    await here.db.query('INSERT INTO projects VALUES ($1), ($2)', [source, copy])
    await here.db.query(
      'INSERT INTO parted SELECT gen_random_uuid(), $1::uuid, n FROM generate_series(1, 199, 6) n',
      [source],
    )
    const clone = {
      resource: { kind: 'project', id: copy },
      source: { kind: 'project', id: source },
      jobId: randomUUID(),
    }
    assert.equal((await cloned(here.db, parted, clone)).counts.rows, 34)
    assert.equal((await exported(here.db, parted, clone.resource)).counts.rows, 34)
  })

  test.run()
}
