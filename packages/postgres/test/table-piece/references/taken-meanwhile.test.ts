import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError } from '@piecework/core'
import { type TableSpec, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { cloned, exported, imported, type Outcome, type World, world } from '../support.js'

const test = needsServer(suite('values that another transaction takes in the same moment'))

const ddl = `
  CREATE TABLE projects (id uuid PRIMARY KEY, slug text UNIQUE);
  CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid REFERENCES projects, n int, slug text UNIQUE,
    late text UNIQUE DEFERRABLE INITIALLY DEFERRED)`

const piece = (table: TableSpec) =>
  tablePiece({ name: 'project/x', of: 'project', version: 1, tables: [table] })
const notes = { table: 'notes', owner: 'project_id', order: ['n'] }
const source = randomUUID()

let here: World
test.before(async () => {
  here = await world(ddl)
})
test.after(() => here.close())

async function fill(): Promise<void> {
  await here.db.query('TRUNCATE projects CASCADE')
  await here.db.query(`INSERT INTO projects VALUES ($1, NULL)`, [source])
  await here.db.query(`INSERT INTO notes (project_id, n) SELECT $1::uuid, n FROM generate_series(1, 3) n`, [
    source,
  ])
}

/** Runs `copy` until it waits for the transaction that `sql` is in, and commits that. */
async function meanwhile<T>(sql: string, copy: () => Promise<T>): Promise<T> {
  let running: Promise<T> | undefined
  await here.db.transaction(async (tx) => {
    await tx.query(sql)
    running = copy()
    running.catch(() => {})
    for (;;) {
      const { rows } = await here.db.query<{ waits: boolean }>(
        `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()) AS waits`,
      )
      if (rows[0]?.waits) break
      await sleep(5)
    }
  })
  return running as Promise<T>
}

/** An import and a clone of rows whose values are free until `sql`. */
async function copies(table: TableSpec, values: string): Promise<readonly (() => Promise<Outcome>)[]> {
  await fill()
  await here.db.query(
    `UPDATE ${table.table} SET ${values} WHERE ${table.table === 'projects' ? 'true' : 'n < 3'}`,
  )
  const { files } = await exported(here.db, piece(table), { kind: 'project', id: source })
  const into = async () => {
    const id = randomUUID()
    await here.db.query('INSERT INTO projects VALUES ($1)', [id])
    return { resource: { kind: 'project', id }, source: { kind: 'project', id: source }, jobId: randomUUID() }
  }
  return [
    async () => imported(here.db, piece(table), files, await into()),
    async () => cloned(here.db, piece(table), await into()),
  ]
}

const told = ({ findings }: Outcome) => findings.map(({ code, column, count }) => [code, column, count])

test('honest counts: a value that is taken while it is written gets its suffix, and all are told once', async () => {
  const [copy] = await copies({ ...notes, unique: { slug: 'suffix' } }, `slug = 's' || n`)
  await here.db.query('DELETE FROM notes WHERE n = 2')
  // s1 is taken before, s2 meanwhile.
  const outcome = await meanwhile(`INSERT INTO notes (slug) VALUES ('s2')`, copy as () => Promise<Outcome>)
  assert.deepEqual(told(outcome), [['table/unique-taken', 'slug', 2]])
  const { rows } = await here.db.query<{ slug: string }>(
    `SELECT slug FROM notes WHERE slug IS NOT NULL ORDER BY slug COLLATE "C"`,
  )
  assert.match(rows.map(({ slug }) => slug).join(' '), /^s1 s1-[0-9a-f]{8} s2 s2-[0-9a-f]{8}$/)
})

test('honest counts: a value of the own row that is taken while it is written gets its suffix', async () => {
  const own: TableSpec = { table: 'projects', owner: 'id', order: [], unique: { slug: 'suffix' } }
  const [copy] = await copies(own, `slug = 'p'`)
  await here.db.query('UPDATE projects SET slug = NULL')
  const outcome = await meanwhile(
    `INSERT INTO projects VALUES (gen_random_uuid(), 'p')`,
    copy as () => Promise<Outcome>,
  )
  assert.deepEqual(told(outcome), [['table/unique-taken', 'slug', 1]])
})

test('honest counts: such a value is left empty, or refused by name', async () => {
  const take = `INSERT INTO notes (slug) VALUES ('s1')`
  const [leaving] = await copies({ ...notes, unique: { slug: 'null' } }, `slug = 's' || n`)
  await here.db.query('UPDATE notes SET slug = NULL')
  assert.deepEqual(told(await meanwhile(take, leaving as () => Promise<Outcome>)), [
    ['table/unique-taken', 'slug', 1],
  ])
  const [failing] = await copies({ ...notes, unique: { slug: 'fail' } }, `slug = 's' || n`)
  await here.db.query('UPDATE notes SET slug = NULL')
  await assert.rejects(meanwhile(take, failing as () => Promise<Outcome>), (error) =>
    isPieceworkError(error, 'table/unique-taken'),
  )
})

test('honest counts: where a constraint is deferred, the next attempt decides anew', async () => {
  const [copy] = await copies({ ...notes, unique: { late: 'suffix' } }, `late = 'l' || n`)
  await here.db.query('UPDATE notes SET late = NULL')
  await assert.rejects(
    meanwhile(`INSERT INTO notes (late) VALUES ('l1')`, copy as () => Promise<Outcome>),
    (error) => isPieceworkError(error, 'table/unique-taken') && error.retryable,
  )
  assert.deepEqual(told(await (copy as () => Promise<Outcome>)()), [['table/unique-taken', 'late', 1]])
})

test('honest counts: an attempt that fails has decided nothing: what is free by the next one stays, and is not told', async () => {
  await fill()
  await here.db.query(`UPDATE notes SET slug = 's' || n WHERE n < 3`)
  const of = piece({ ...notes, unique: { slug: 'suffix' } })
  const { files } = await exported(here.db, of, { kind: 'project', id: source })
  const id = randomUUID()
  await here.db.query('INSERT INTO projects VALUES ($1)', [id])
  const into = {
    resource: { kind: 'project', id },
    source: { kind: 'project', id: source },
    jobId: randomUUID(),
  }
  await here.db.query(`ALTER TABLE notes ADD CONSTRAINT fails CHECK (n < 3) NOT VALID`)
  await assert.rejects(imported(here.db, of, files, into))
  await here.db.query('ALTER TABLE notes DROP CONSTRAINT fails')
  await here.db.query(`DELETE FROM notes WHERE slug = 's2'`)
  assert.deepEqual(told(await imported(here.db, of, files, into)), [['table/unique-taken', 'slug', 1]])
  const { rows } = await here.db.query<{ slug: string }>(
    'SELECT slug FROM notes WHERE project_id = $1 AND slug IS NOT NULL ORDER BY n',
    [id],
  )
  assert.match(rows.map(({ slug }) => slug).join(' '), /^s1-[0-9a-f]{8} s2$/)
})

test.run()
