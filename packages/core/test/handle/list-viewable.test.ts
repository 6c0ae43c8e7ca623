import assert from 'node:assert/strict'
import { isPieceworkError, PieceworkError } from '@piecework/core'
import type { JobFilter, Store } from '@piecework/core/store'
import { suite } from 'uvu'
import { listViewable } from '#internal/handle/list-viewable.js'
import { newJob } from '../support/fake-job.js'
import { ann } from '../support/notebooks.js'

const test = suite('lists of jobs')

/** So many jobs, of which those may be viewed; what is asked of the store and of the policy is counted. */
function world(count: number, viewable: readonly string[]) {
  const all = Array.from({ length: count }, (_, at) => newJob(`j${count - 1 - at}`, []))
  const asked = { store: 0, policy: 0 }
  const jobs = {
    get: async (id: string) => all.find((job) => job.id === id),
    list: async ({ after, limit }: JobFilter) => {
      asked.store += 1
      const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
      return all.slice(from, from + (limit ?? 0))
    },
  }
  const store = { jobs } as unknown as Store
  const allow = async (_: unknown, __: unknown, ___?: unknown, job?: { readonly id: string }) => {
    asked.policy += 1
    if (!viewable.includes(job?.id ?? '')) throw new PieceworkError('forbidden', 'no')
  }
  const ids = async (filter: { readonly after?: string; readonly limit?: number }) =>
    (await listViewable({ store, allow }, ann, filter)).map(({ id }) => id)
  return { ids, asked }
}

test('a list goes on past those that may not be seen, in few queries and not for ever', async () => {
  const { ids, asked } = world(10_300, ['j1', 'j150', 'j5000', 'j10299'])
  assert.deepEqual(await ids({ limit: 1 }), ['j10299'])
  assert.deepEqual(asked, { store: 1, policy: 1 })
  assert.deepEqual(await ids({ limit: 5 }), ['j10299', 'j5000', 'j150', 'j1'])
  assert.ok(asked.store < 120, `${asked.store} queries`)
  const far = world(10_300, ['j1', 'j150', 'j10299'])
  assert.deepEqual(await far.ids({ limit: 2 }), ['j10299'])
  assert.equal(far.asked.policy, 10_001)
  assert.deepEqual(await far.ids({ after: 'j150' }), ['j1'])
})

test('after a job that may not be seen there is none, as after one that is not there', async () => {
  const { ids } = world(3, ['j0', 'j2'])
  assert.deepEqual(await ids({ after: 'j2' }), ['j0'])
  for (const after of ['j1', 'none'])
    await assert.rejects(
      ids({ after }),
      (error) => isPieceworkError(error, 'options-invalid') && error.message.includes(`no job ${after} `),
    )
})

test.run()
