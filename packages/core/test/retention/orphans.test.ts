import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ArtifactStore, createPiecework, memoryArtifacts, memoryStore, type Pack } from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, bytes, keys, Notebooks } from '../support/notebooks.js'

const test = suite('orphans')
const day = 24 * 60 * 60 * 1000

/** A store whose keys look `ageMs` older than they are. */
function aged(store: ArtifactStore, ageMs: (key: string) => number): ArtifactStore {
  return {
    ...store,
    stat: async (key) => {
      const found = await store.stat(key)
      return found && { ...found, createdAt: new Date(found.createdAt.getTime() - ageMs(key)) }
    },
  }
}

interface Place {
  readonly host: Notebooks
  readonly store: Store
  readonly artifacts: ArtifactStore
}

const place = (): Place => ({ host: new Notebooks(), store: memoryStore(), artifacts: memoryArtifacts() })

/**
 * Runs `use` on a host of that place. `looked` waits until it has gone through everything from start to end.
 */
async function on<T>(
  { host, store, artifacts }: Place,
  use: (looked: () => Promise<void>, piecework: ReturnType<typeof createPiecework>) => Promise<T>,
  options: {
    readonly ageMs?: (key: string) => number
    readonly orphanSweepMs?: number
    readonly pack?: Pack
  } = {},
): Promise<T> {
  const { ageMs = () => 0, orphanSweepMs = 0, pack = host.pack() } = options
  let looks = 0
  const counted: Store = {
    ...store,
    retention: {
      ...store.retention,
      // The last thing that is asked for when leftovers are looked for.
      expired: (limit, leaseMs) => {
        looks += 1
        return store.retention.expired(limit, leaseMs)
      },
    },
  }
  const looked = async (): Promise<void> => {
    const signal = AbortSignal.timeout(20_000)
    for (const end = looks + 3; looks < end; ) {
      if (signal.aborted) assert.fail('it was not looked for')
      await sleep(5)
    }
  }
  const piecework = createPiecework({
    packs: [pack],
    store: counted,
    artifacts: aged(artifacts, ageMs),
    runtime: inProcess(),
    sweepMs: 10,
    orphanSweepMs,
    retryTtlMs: 0,
  })
  await piecework.start()
  try {
    return await use(looked, piecework)
  } finally {
    await piecework.stop()
  }
}

test('bytes without a job go when they are old, and not before', async () => {
  const here = place()
  const put = (key: string) => here.artifacts.put(key, bytes('x'))
  await put('jobs/rolled-back/uploads/0')
  await put('jobs/young/uploads/0')
  await put('jobs/growing/0/old.csv')
  await put('jobs/growing/1/young.csv')
  await put('jobs/growing/2/old.csv')
  await put('archives/crashed/1.zip')
  await put('covers/of-the-host.png')
  await on(here, (looked) => looked(), {
    ageMs: (key) => (key.includes('young') ? 23 * 60 * 60 * 1000 : 2 * day),
  })
  assert.deepEqual(
    [...(await keys(here.artifacts, 'jobs')), ...(await keys(here.artifacts, 'archives'))],
    ['jobs/growing/0/old.csv', 'jobs/growing/1/young.csv', 'jobs/growing/2/old.csv', 'jobs/young/uploads/0'],
  )
  assert.equal((await keys(here.artifacts, 'covers')).length, 1)
})

test('nothing of a job that has not ended goes, however old', async () => {
  const here = place()
  const resource = here.host.add('b1', 'Birds', ['wren'])
  const exporter = { export: () => new Promise<never>(() => {}) }
  const waiting = { ...here.host.pack(), pieces: [here.host.lines('notebook', { exporter })] }
  const idle = createPiecework({
    store: here.store,
    artifacts: here.artifacts,
    packs: [waiting],
    runtime: inProcess(),
  })
  const { id } = await idle.export({ resource, principal: ann })
  await here.artifacts.put(`jobs/${id}/node/1/lines.csv`, bytes('x'))
  await here.artifacts.put(`archives/${id}/1.zip`, bytes('x'))
  // No host runs it: the store keeps it pending, and a host of other jobs sweeps.
  const blind: Store = {
    ...here.store,
    outbox: { ...here.store.outbox, pending: async () => [] },
    attempts: { ...here.store.attempts, overdue: async () => [] },
  }
  await on({ ...here, store: blind }, (looked) => looked(), { ageMs: () => 2 * day })
  assert.equal((await here.store.jobs.get(id))?.status, 'pending')
  assert.deepEqual(await keys(here.artifacts, 'jobs'), [`jobs/${id}/node/1/lines.csv`])
  assert.deepEqual(await keys(here.artifacts, 'archives'), [`archives/${id}/1.zip`])
})

test('of an ended job only what is kept stays: its archive, not what a dead attempt wrote', async () => {
  const here = place()
  const resource = here.host.add('b1', 'Birds', ['wren'])
  await on(
    here,
    async (looked, piecework) => {
      const job = await piecework.export({ resource, principal: ann })
      const { archive } = await job.result()
      await here.artifacts.put(`archives/${job.id}/dead.zip`, bytes('x'))
      await here.artifacts.put(`jobs/${job.id}/node/1/late.csv`, bytes('x'))
      await looked()
      assert.deepEqual(await keys(here.artifacts, 'archives'), [archive?.artifact])
      assert.deepEqual(await keys(here.artifacts, 'jobs'), [])
    },
    { ageMs: () => 2 * day },
  )
})

test('uploads that are to stay, stay as long as what they made', async () => {
  const here = place()
  const resource = here.host.add('b1', 'Birds', ['wren'])
  let ageMs = 0
  await on(
    here,
    async (looked, piecework) => {
      const { archive } = await (await piecework.export({ resource, principal: ann })).result()
      const stream = here.artifacts.open(archive?.artifact ?? '')
      const job = await piecework.import({ archive: { stream }, principal: ann, keepUploads: true })
      const made = (await job.result()).resource
      // An upload of that age for which there is no job yet is taken for left over.
      ageMs = 2 * day
      await looked()
      assert.equal((await keys(here.artifacts, `jobs/${job.id}`)).length, 1)
      here.host.books.delete(made?.id ?? '')
      await looked()
      assert.deepEqual(await keys(here.artifacts, `jobs/${job.id}`), [])
    },
    { ageMs: () => ageMs },
  )
})

test('of ten processes one looks through the store', async () => {
  const here = place()
  let listed = 0
  const artifacts: ArtifactStore = {
    ...here.artifacts,
    list: (prefix) => {
      listed += 1
      return here.artifacts.list(prefix)
    },
  }
  const hour = 60 * 60 * 1000
  await Promise.all(
    Array.from({ length: 10 }, () =>
      on({ ...here, artifacts }, (looked) => looked(), { orphanSweepMs: hour }),
    ),
  )
  assert.equal(listed, 2, 'jobs and archives, once each')
})

test.run()
