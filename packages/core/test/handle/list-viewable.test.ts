import assert from 'node:assert/strict'
import { isPieceworkError, memoryStore, PieceworkError } from '@piecework/core'
import { suite } from 'uvu'
import { listViewable } from '#internal/handle/list-viewable.js'
import { newJob } from '../support/fake-job.js'
import { ann } from '../support/notebooks.js'

const test = suite('lists of jobs')

/** So many jobs, of which those may be viewed; what is asked of the store and of the policy is counted. */
async function world(count: number, viewable: readonly string[]) {
  const store = memoryStore()
  for (let at = 0; at < count; at += 1) await store.jobs.create(newJob(`j${at}`, []))
  const asked = { store: 0, policy: 0 }
  const { list } = store.jobs
  store.jobs.list = (filter) => {
    asked.store += 1
    return list(filter)
  }
  const allow = async (_: unknown, __: unknown, ___?: unknown, job?: { readonly id: string }) => {
    asked.policy += 1
    if (!viewable.includes(job?.id ?? '')) throw new PieceworkError('forbidden', 'no')
  }
  const ids = async (filter: { readonly after?: string; readonly limit?: number }) =>
    (await listViewable({ store, allow }, ann, filter)).map(({ id }) => id)
  return { ids, asked }
}

test('a list goes on past those that may not be seen, in few queries and not for ever', async () => {
  const { ids, asked } = await world(1300, ['j1', 'j500', 'j1299'])
  assert.deepEqual(await ids({ limit: 1 }), ['j1299'])
  assert.deepEqual(asked, { store: 1, policy: 1 })
  assert.deepEqual(await ids({ limit: 2 }), ['j1299', 'j500'])
  assert.ok(asked.store < 20, `${asked.store} queries`)
  asked.policy = 0
  assert.deepEqual(await ids({ limit: 3 }), ['j1299', 'j500'])
  assert.equal(asked.policy, 1002)
  assert.deepEqual(await ids({ after: 'j500' }), ['j1'])
})

test('after a job that may not be seen there is none, as after one that is not there', async () => {
  const { ids } = await world(3, ['j0', 'j2'])
  assert.deepEqual(await ids({ after: 'j2' }), ['j0'])
  for (const after of ['j1', 'none'])
    await assert.rejects(
      ids({ after }),
      (error) => isPieceworkError(error, 'options-invalid') && error.message.includes(`no job ${after} `),
    )
})

test.run()
