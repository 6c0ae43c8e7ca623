import assert from 'node:assert/strict'
import type { EmbeddedDatabase } from '@piecework/embedded'
import { postgresStore } from '@piecework/postgres'
import { guardLaws, jobStoreLaws, type LawTest } from '@piecework/testkit'
import { suite } from 'uvu'
import { scratchEmbedded } from '../scratch-embedded.js'

const test = suite('store on the embedded database')

/** They look at the store while a transaction of it is open, which has to wait here. */
const needOtherConnections = new Set([
  'order: the next batch is not seen while the work before it is uncommitted',
  'exclusion: the claim is held until the last step commits, and is freed in that step',
])

const unlessOthers: LawTest = (name, run) => {
  if (!needOtherConnections.delete(name)) return test(name, run)
  console.log(`skipped: ${name} (needs more than one connection)`)
  return test.skip(name, run)
}

let db: EmbeddedDatabase
test.before(async () => {
  db = await scratchEmbedded()
  await postgresStore({ database: db }).migrate()
})
test.after(() => db.close())

jobStoreLaws(unlessOthers, { make: ({ leaseMs }) => postgresStore({ database: db, leaseMs }) })
guardLaws(unlessOthers, {
  make: async () => {
    await db.query('DELETE FROM piecework.holds')
    return postgresStore({ database: db }).guard
  },
})
assert.equal(needOtherConnections.size, 0, 'a law that is skipped by name is gone')

test('one truth: what a process left running is found by the next one at once: there can be no other', async () => {
  const left = postgresStore({ database: db })
  const { id } = await left.jobs.create({
    id: '5b1f2f2e-5d43-4b86-9d6c-0f4b8f3d2a11',
    kind: 'export',
    tree: { kind: 'project', id: 'left', children: [] },
    principal: { id: 'someone' },
    request: { options: {} },
    batches: 0,
    nodes: [{ id: 'finish', task: 'finish', batch: 0 }],
    claims: ['project:left'],
  })
  const task = { job: id, node: 'finish', attempt: 1 }
  assert.ok(await left.attempts.begin(task, 'first process'))
  assert.equal(await left.attempts.begin(task, 'first process'), undefined)
  const next = postgresStore({ database: db })
  const overdue = await next.attempts.overdue(new Date(0))
  assert.deepEqual(
    overdue.filter(({ job }) => job === id),
    [task],
  )
  assert.equal((await next.attempts.begin(task, 'second process'))?.fence, 2)
})

test.run()
