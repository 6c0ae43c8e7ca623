import { randomUUID } from 'node:crypto'
import { createPiecework, memoryArtifacts, memoryStore } from '@piecework/core'
import type { Database } from '@piecework/core/piece'
import { planningMigrations, planningProject, projectKind } from '@piecework/pieces-project'
import { fromPg, migrate } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = needsServer(suite('project kind'))
let scratch: ScratchDatabase
let pool: pg.Pool
let db: Database

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url })
  // Dropping the database may meet connections that are still closing.
  pool.on('error', () => {})
  db = fromPg(pool)
  await migrate(db, planningMigrations)
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

const { shell } = projectKind
const newRef = () => ({ kind: 'project', id: randomUUID() })
const row = async (id: string) =>
  (await db.query('SELECT name, owner_id, source, state FROM planning.projects WHERE id = $1', [id])).rows[0]

test('project migrations stand on their own, and run a second time without effect', async () => {
  await migrate(db, planningMigrations)
  const { rows } = await db.query<{ there: boolean }>(
    `SELECT to_regclass('planning.feature_amounts') IS NOT NULL AND to_regclass('planning.scenarios') IS NULL AS there`,
  )
  assert.ok(rows[0]?.there)
})

test('a shell has owner and source, is hidden, and can be made twice', async () => {
  const [ref, legacy] = [newRef(), newRef()]
  for (const _ of [1, 2]) {
    await db.transaction((tx) => shell.create({ ref, owner: 'ana', source: 'archive' }, tx))
    await db.transaction((tx) =>
      shell.create({ ref: legacy, owner: 'bo', source: 'legacy-marxan', name: 'Reefs' }, tx),
    )
  }
  assert.equal(await row(ref.id), { name: null, owner_id: 'ana', source: 'native', state: 'importing' })
  assert.equal(await row(legacy.id), {
    name: 'Reefs',
    owner_id: 'bo',
    source: 'legacy_import',
    state: 'importing',
  })
  assert.is(await projectKind.describe(legacy, db), undefined, 'nothing half-made: a shell was shown')
})

test('nothing half-made: ready shows it, incomplete hides it, remove deletes it; each can run twice', async () => {
  const [ready, incomplete, removed] = [newRef(), newRef(), newRef()]
  for (const ref of [ready, incomplete, removed]) {
    await db.transaction((tx) => shell.create({ ref, owner: 'ana', source: 'clone', name: 'Reefs' }, tx))
  }
  for (const _ of [1, 2]) {
    await db.transaction((tx) => shell.ready(ready, tx))
    await db.transaction((tx) => shell.incomplete(incomplete, 'pu.dat is empty', tx))
    await db.transaction((tx) => shell.remove(removed, tx))
  }
  assert.equal(await projectKind.describe(ready, db), { name: 'Reefs' })
  assert.is(await projectKind.describe(incomplete, db), undefined)
  assert.equal((await row(incomplete.id))?.state, 'incomplete')
  assert.is(await row(removed.id), undefined)
})

test('a project whose content brought no name gets one when it is shown', async () => {
  const ref = newRef()
  await db.transaction((tx) => shell.create({ ref, owner: 'ana', source: 'archive' }, tx))
  await db.transaction((tx) => shell.ready(ref, tx))
  assert.equal(await projectKind.describe(ref, db), { name: 'Untitled project' })
})

test('exclusion: an id has one spelling, whatever PostgreSQL would accept', async () => {
  const ref = newRef()
  await db.query(`INSERT INTO planning.projects (id, name, owner_id) VALUES ($1, 'p', 'ana')`, [ref.id])
  assert.equal(await projectKind.describe(ref, db), { name: 'p' })
  for (const id of [
    ref.id.toUpperCase(),
    `{${ref.id}}`,
    ref.id.replaceAll('-', ''),
    ` ${ref.id}`,
    '1',
    "'",
  ]) {
    assert.is(await projectKind.describe({ kind: 'project', id }, db), undefined, id)
  }
})

test('without the tables of scenarios a project has no children', async () => {
  const ref = newRef()
  await db.query(`INSERT INTO planning.projects (id, name, owner_id) VALUES ($1, 'p', 'ana')`, [ref.id])
  const piecework = createPiecework({
    packs: [planningProject()],
    runtime: inProcess(),
    store: memoryStore({ database: db }),
    artifacts: memoryArtifacts(),
  })
  await piecework.start()
  const job = await piecework.export({ resource: ref, principal: { id: 'ana' } })
  const { archive = { artifact: '' } } = await job.result()
  assert.equal((await piecework.inspect(archive, { principal: { id: 'ann' } })).tree, {
    ...ref,
    children: [],
  })
  await piecework.stop()
})

test('the pack holds the kind, and pieces that begin with its name', () => {
  const { kinds, pieces = [] } = planningProject()
  assert.equal(
    kinds?.map(({ kind }) => kind),
    ['project'],
  )
  assert.ok(pieces.length >= 4)
  for (const piece of pieces) assert.ok(piece.name.startsWith('project/') && piece.of === 'project')
})

test.run()
