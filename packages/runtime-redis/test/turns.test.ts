import assert from 'node:assert/strict'
import { createPiecework, memoryStore, type Pack } from '@piecework/core'
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

for (const concurrentJobs of [3, 1000])
  test(`a job is ended before another is begun, with ${concurrentJobs} under way`, async () => {
    const concurrency = 2
    const runtime = redisRuntime({ connection: redisUrl, queue: uniqueQueue(), concurrency })
    const piecework = createPiecework({ packs: [pack], store: memoryStore(), runtime, concurrentJobs })
    const order: string[] = []
    piecework.events.on('job:status', ({ id, status }) => {
      if (status === 'running' || status === 'succeeded') order.push(`${status} ${id}`)
    })
    const handles = []
    for (let n = 0; n < 30; n++) {
      const principal = { id: n < 20 ? 'ann' : 'bob' }
      handles.push(await piecework.export({ resource: { kind: 'note', id: `n${n}` }, principal }))
    }
    await piecework.start()
    for (const handle of handles) await handle.result()
    await piecework.stop()
    let [open, most] = [0, 0]
    for (const one of order) {
      open += one.startsWith('running') ? 1 : -1
      most = Math.max(most, open)
    }
    // Slots are taken in advance: some more than those that run have begun.
    assert.ok(most <= 3 * concurrency, `${most} jobs had begun and not ended`)
  })

test.run()
