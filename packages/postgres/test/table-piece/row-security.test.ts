import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import type { Database } from '@piecework/core'
import { checkTables, fromPg, type TableSpec, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { cloned, exported, imported, type World, world } from './support.js'

const test = needsServer(suite('table pieces: row level security'))
const role = `app_${randomBytes(4).toString('hex')}`
const roles = { app: role, bypass: `${role}_bypass`, owner: `${role}_owner` }
let here: World
let pools: readonly pg.Pool[]
let as: Readonly<Record<keyof typeof roles, Database>>

test.before(async () => {
  here = await world(`
    CREATE ROLE ${roles.app} LOGIN; CREATE ROLE ${roles.bypass} LOGIN BYPASSRLS; CREATE ROLE ${roles.owner} LOGIN;
    CREATE TABLE projects (id uuid PRIMARY KEY, name text);
    CREATE TABLE plain (id uuid PRIMARY KEY, project_id uuid, n int, secured_id uuid);
    CREATE TABLE seen (id uuid PRIMARY KEY, project_id uuid, n int);
    CREATE TABLE taken (id uuid PRIMARY KEY, project_id uuid, n int);
    CREATE TABLE forced (id uuid PRIMARY KEY, project_id uuid, n int);
    CREATE TABLE owned (id uuid PRIMARY KEY, project_id uuid, n int);
    ALTER TABLE seen ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON seen FOR SELECT USING (n < 3); CREATE POLICY q ON seen FOR INSERT WITH CHECK (true);
    ALTER TABLE taken ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON taken FOR SELECT USING (true); CREATE POLICY q ON taken FOR INSERT WITH CHECK (n < 3);
    ALTER TABLE forced ENABLE ROW LEVEL SECURITY; ALTER TABLE forced FORCE ROW LEVEL SECURITY; CREATE POLICY p ON forced USING (n < 3);
    ALTER TABLE owned ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON owned USING (n < 3);
    GRANT ALL ON ALL TABLES IN SCHEMA public TO ${Object.values(roles).join(', ')};
    ALTER TABLE forced OWNER TO ${roles.owner}; ALTER TABLE owned OWNER TO ${roles.owner}`)
  const { rows } = await here.db.query<{ host: string; port: string; name: string }>(
    `SELECT host(inet_server_addr()) AS host, inet_server_port()::text AS port, current_database() AS name`,
  )
  const [at] = rows
  const poolOf = (user: string) =>
    new pg.Pool({ host: at?.host, port: Number(at?.port), database: at?.name, user, max: 1 })
  const [app, bypass, owner] = [poolOf(roles.app), poolOf(roles.bypass), poolOf(roles.owner)]
  pools = [app, bypass, owner]
  as = { app: fromPg(app), bypass: fromPg(bypass), owner: fromPg(owner) }
})
test.after(async () => {
  for (const pool of pools) await pool.end()
  for (const name of Object.values(roles)) {
    await here.db.query(`REASSIGN OWNED BY ${name} TO CURRENT_USER`)
    await here.db.query(`DROP OWNED BY ${name}`)
    await here.db.query(`DROP ROLE ${name}`)
  }
  await here.close()
})

const piece = (table: string, more: Partial<TableSpec> = {}) =>
  tablePiece({
    name: 'project/x',
    of: 'project',
    version: 1,
    tables: [{ table, owner: 'project_id', order: ['n'], ...more }],
  })

const refused: readonly (readonly [
  what: string,
  role: keyof typeof roles,
  Parameters<typeof piece>,
  table: string,
])[] = [
  ['hides rows', 'app', ['seen'], 'seen'],
  ['refuses rows', 'app', ['taken'], 'taken'],
  ['is forced on the owner', 'owner', ['forced'], 'forced'],
  [
    'hides rows of a table that a reference leads to',
    'app',
    ['plain', { references: { secured_id: 'seen' } }],
    'seen',
  ],
  [
    'hides rows of a table that orders them',
    'app',
    ['plain', { references: { secured_id: { table: 'seen', of: 'other' } }, order: ['secured_id.n'] }],
    'seen',
  ],
]
for (const [what, who, spec, table] of refused) {
  test(`honest counts: a policy that ${what} is refused by name, at start and before the first row`, async () => {
    const message = new RegExp(`row level security of table "${table}" applies to this role.*BYPASSRLS`)
    const resource = { kind: 'project', id: randomUUID() }
    const into = { resource, source: resource, jobId: randomUUID() }
    await assert.rejects(checkTables(as[who], [piece(...spec)]), message)
    await assert.rejects(exported(as[who], piece(...spec), resource), message)
    await assert.rejects(cloned(as[who], piece(...spec), into), message)
    await assert.rejects(imported(as[who], piece(...spec), {}, into), message)
  })
}

test('honest counts: a role that no policy binds carries all rows', async () => {
  const resource = { kind: 'project', id: randomUUID() }
  for (const [who, table] of [
    ['bypass', 'seen'],
    ['bypass', 'forced'],
    ['owner', 'owned'],
  ] as const) {
    await here.db.query(
      `INSERT INTO ${table} SELECT gen_random_uuid(), $1::uuid, n FROM generate_series(1, 5) n`,
      [resource.id],
    )
    assert.deepEqual(await checkTables(as[who], [piece(table)]), [])
    assert.equal((await exported(as[who], piece(table), resource)).counts.rows, 5)
  }
})

test('honest counts: a statement of a hand-written piece fails with the same sentence', async () => {
  await assert.rejects(
    as.app.query('SELECT * FROM seen'),
    /^PieceworkError: Row level security of table "seen" applies to this role/,
  )
  const reading = as.app.transaction((tx) => tx.query('SELECT * FROM seen'), { readOnly: true })
  await assert.rejects(reading, /^PieceworkError: Row level security of table "seen" applies to this role/)
})

test.run()
