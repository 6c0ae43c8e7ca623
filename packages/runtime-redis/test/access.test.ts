import assert from 'node:assert/strict'
import { type AccessPolicy, createPiecework, memoryArtifacts, memoryStore, type Pack } from '@piecework/core'
import { redisRuntime } from '@piecework/runtime-redis'
import { suite } from 'uvu'
import { needsRedis, redisUrl, uniqueQueue } from './support/redis.js'

const test = needsRedis(suite('runtime: Redis, access'))

const note = { kind: 'note', id: 'n1' }
const principal = { id: 'ann' }

/** A process that asks, one that works, and a right that both ask about. `exported` is called by the piece. */
function twoProcesses(exported: () => void = () => {}) {
  const right = { isThere: true }
  const access: AccessPolicy = { allows: async (_, action) => right.isThere || action !== 'export' }
  const pack: Pack = {
    name: 'notes',
    kinds: [{ kind: note.kind, table: 'notes', key: 'nanoid', describe: async ({ id }) => ({ name: id }) }],
    pieces: [
      {
        contract: 1,
        name: 'notes/text',
        of: note.kind,
        version: 1,
        exportOnly: true,
        exporter: {
          export: async ({ write }) => {
            await write('text.txt', Buffer.from('A note.'))
            exported()
            return { rows: 0 }
          },
        },
      },
    ],
  }
  const [store, artifacts, queue] = [memoryStore(), memoryArtifacts(), uniqueQueue()]
  const process = () =>
    createPiecework({
      packs: [pack],
      store,
      artifacts,
      access,
      runtime: redisRuntime({ connection: redisUrl, queue }),
      retryTtlMs: 0,
    })
  return { right, store, artifacts, requester: process(), worker: process() }
}

async function endsForbidden(
  { store, artifacts, requester, worker }: ReturnType<typeof twoProcesses>,
  withdraw: () => void,
): Promise<void> {
  try {
    const job = await requester.export({ resource: note, principal })
    withdraw()
    await worker.start()
    const { status, error, result } = (await job.ended()).job
    assert.deepEqual([status, error?.code, result.archive], ['failed', 'forbidden', undefined])
    for (const prefix of ['jobs', 'archives'])
      for await (const key of artifacts.list(prefix)) assert.fail(`${key} is left`)
    assert.deepEqual(await store.guard.holders('note:n1'), [])
    const record = (await store.records.list({})).filter(({ outcome }) => outcome === 'allowed')
    assert.deepEqual(
      record.map(({ action, job: id }) => [action, id]),
      [['export', job.id]],
    )
  } finally {
    await Promise.all([worker.stop(), requester.stop()])
  }
}

test('a right that is withdrawn between request and work ends the job: the piece is not asked', async () => {
  let exports = 0
  const two = twoProcesses(() => exports++)
  await endsForbidden(two, () => {
    two.right.isThere = false
  })
  assert.equal(exports, 0)
})

test('a right that is withdrawn while a piece is exported ends the job: nothing that it wrote is left', async () => {
  let exports = 0
  const two = twoProcesses(() => {
    exports += 1
    two.right.isThere = false
  })
  await endsForbidden(two, () => {})
  assert.equal(exports, 1)
})

test.run()
