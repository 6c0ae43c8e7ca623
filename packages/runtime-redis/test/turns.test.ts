import assert from 'node:assert/strict'
import { createPiecework, memoryStore, type Pack } from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { redisRuntime } from '@piecework/runtime-redis'
import { suite } from 'uvu'
import { needsRedis, redisUrl, uniqueQueue } from './support/redis.js'

const test = needsRedis(suite('runtime: Redis, turns'))

const pack: Pack = {
  name: 'notes',
  kinds: [{ kind: 'note', table: 'notes', key: 'nanoid', describe: async ({ id }) => ({ name: id }) }],
  pieces: [
    {
      contract: 1,
      name: 'notes/text',
      of: 'note',
      version: 1,
      exportOnly: true,
      exporter: { export: async () => ({ rows: 0 }) },
    },
  ],
}

/** 25 jobs of Ann's, then five of Bob's, none of which begins before all are asked for. */
const principals = [...Array.from({ length: 25 }, () => 'ann'), ...Array.from({ length: 5 }, () => 'bob')]
const concurrency = 2

interface Change {
  readonly what: 'begins' | 'ends'
  readonly principal: string
}

/** In which order jobs begin and end, over Redis. */
async function run(store: Store, concurrentJobs: number): Promise<readonly Change[]> {
  const runtime = redisRuntime({ connection: redisUrl, queue: uniqueQueue(), concurrency })
  const piecework = createPiecework({ packs: [pack], store, runtime, concurrentJobs })
  const asked = new Map<string, string>()
  const order: Change[] = []
  piecework.events.on('job:status', ({ id, status }) => {
    const principal = asked.get(id) ?? ''
    if (status === 'running') order.push({ what: 'begins', principal })
    if (status === 'succeeded') order.push({ what: 'ends', principal })
  })
  const handles = []
  for (const [n, id] of principals.entries()) {
    const handle = await piecework.export({ resource: { kind: 'note', id: `n${n}` }, principal: { id } })
    asked.set(handle.id, id)
    handles.push(handle)
  }
  await piecework.start()
  for (const handle of handles) await handle.result()
  await piecework.stop()
  return order
}

/** Of all that begin, which one Bob's last is. */
const lastOfBob = (order: readonly Change[]): number =>
  order.filter(({ what }) => what === 'begins').findLastIndex(({ principal }) => principal === 'bob') + 1

for (const concurrentJobs of [3, 1000])
  test(`a job is ended before another is begun, with ${concurrentJobs} under way`, async () => {
    let [open, most] = [0, 0]
    for (const { what } of await run(memoryStore(), concurrentJobs)) {
      open += what === 'begins' ? 1 : -1
      most = Math.max(most, open)
    }
    // Slots are taken in advance: some more than those that run have begun.
    assert.ok(most <= 3 * concurrency, `${most} jobs had begun and not ended`)
  })

test('two principals take turns: who asks for a few jobs does not wait for the many of another', async () => {
  const last = lastOfBob(await run(memoryStore(), 3))
  // Three of Ann's may be under way, then it is one by one.
  assert.ok(last <= 3 + 2 * 5 + concurrency, `Bob's last job began as number ${last}`)
})

test('that can be seen: a store that takes all for one principal lets them wait', async () => {
  const store = memoryStore()
  const create: Store['jobs']['create'] = (job, tx) =>
    store.jobs.create({ ...job, principal: { id: 'all' } }, tx)
  assert.equal(lastOfBob(await run({ ...store, jobs: { ...store.jobs, create } }, 3)), principals.length)
})

test.run()
