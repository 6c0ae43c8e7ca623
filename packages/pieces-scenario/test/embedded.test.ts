import { createPiecework, memoryStore } from '@piecework/core'
import { jobIds } from '@piecework/core/piece'
import { type EmbeddedDatabase, embedded } from '@piecework/embedded'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { migrate } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { madeUpProject, sharedRows } from './support/made-up-project.js'
import { ownedRows, ownIds, renamed } from './support/owned-rows.js'

const test = suite('embedded database')
let db: EmbeddedDatabase

test.before(async () => {
  db = await embedded()
})
test.after(() => db.close())

test('the tables are made and a project is exported and imported as on a server', async () => {
  const migrations = [...planningMigrations, ...scenarioMigrations]
  await migrate(db, migrations)
  await migrate(db, migrations)
  const source = await madeUpProject(db, await sharedRows(db))
  const before = await ownedRows(db, source)
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario()],
    runtime: inProcess({ concurrency: 2 }),
    store: memoryStore({ database: db }),
  })
  await piecework.start()
  try {
    const principal = { id: 'ana' }
    const exported = await piecework.export({ principal, resource: { kind: 'project', id: source } })
    const { archive } = await exported.result()
    const job = await piecework.import({ principal, archive: { artifact: archive?.artifact ?? '' } })
    const { job: done, findings } = await job.ended()
    assert.is(done.outcome, 'succeeded', JSON.stringify([done.error, findings]))
    assert.equal(findings, [])
    const tables = ownIds(before)
    const moved = renamed(before, (id) => {
      const table = tables.get(id)
      return table === undefined ? id : jobIds(done.id).idOf(table, id)
    })
    assert.equal(await ownedRows(db, done.target?.id ?? ''), moved)
  } finally {
    await piecework.stop()
  }
})

test.run()
