import { createPiecework, memoryArtifacts, memoryStore } from '@piecework/core'
import { checkTables, fromPg } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { namedKind } from '../named-kind.js'
import { responseRows, workspaceRows } from './pieces.js'
import { responsesContent, sampleWorkspace, seed, workspaceContent } from './sample.js'
import { surveyTables } from './schema.js'

const test = needsServer(suite('hosts: a survey product'))
const kind = namedKind('workspace', 'Workspace', 'cuid')
const principal = { id: 'u1' }
let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  await pool.query(surveyTables)
  await pool.query(seed)
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

test('the check has nothing to say that the declaration does not answer', async () => {
  const told = await checkTables(fromPg(pool), [workspaceRows, responseRows])
  assert.equal(
    told.map(({ code, table, column }) => [code, table, column]),
    [],
  )
})

test('people who are not here: by another address, nobody, somebody else or the importer, as validation has told', async () => {
  const database = fromPg(pool)
  const piecework = createPiecework({
    packs: [{ name: 'surveys', kinds: [kind], pieces: [workspaceRows, responseRows] }],
    store: memoryStore({ database }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
  await piecework.start()
  try {
    const { resource } = await sampleWorkspace(database)
    const users = async (ids: readonly string[]) => {
      await pool.query(`INSERT INTO "User" SELECT id, id || '@old.example' FROM unnest($1::text[]) id`, [ids])
    }
    await users(['gone', 'eve'])
    await pool.query(
      `UPDATE "Survey" SET "createdById" = 'gone', "ownerId" = 'gone', "reviewerId" = CASE name WHEN 'First' THEN 'eve' ELSE 'gone' END WHERE "workspaceId" = $1`,
      [resource.id],
    )
    const { archive } = await (await piecework.export({ resource, principal })).result()
    if (!archive) throw new Error('no archive')
    await pool.query('DELETE FROM "Workspace" WHERE id = $1', [resource.id])
    await pool.query(`DELETE FROM "User" WHERE id IN ('gone', 'eve')`)
    await pool.query(`INSERT INTO "User" VALUES ('u3', 'eve@new.example')`)
    const told = async (asked: ReturnType<typeof piecework.validate>) =>
      (await (await asked).ended()).findings.map(({ code, column, count }) => [code, column, count]).sort()
    const foretold = await told(piecework.validate({ archive, principal }))
    const imported = await piecework.import({ archive, principal })
    assert.equal(foretold, [
      ['table/importer-instead', 'createdById', 2],
      ['table/placeholder-instead', 'ownerId', 2],
      ['table/reference-dangling', 'reviewerId', 1],
    ])
    assert.equal(await told(Promise.resolve(imported)), foretold)
    const { rows } = await pool.query(
      `SELECT "createdById", "ownerId", "reviewerId" FROM "Survey" WHERE "workspaceId" = $1 ORDER BY name`,
      [(await imported.result()).resource?.id],
    )
    assert.equal(rows, [
      { createdById: 'u1', ownerId: 'u0', reviewerId: 'u3' },
      { createdById: 'u1', ownerId: 'u0', reviewerId: null },
    ])
  } finally {
    await piecework.stop()
  }
})

const host = { kind, database: () => fromPg(pool), principal, sample: sampleWorkspace }
pieceLaws(test, { ...host, piece: workspaceRows, content: workspaceContent })
pieceLaws(test, { ...host, piece: responseRows, content: responsesContent, before: [workspaceRows] })

test.run()
