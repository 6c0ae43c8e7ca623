import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, type JobUpdate, memoryArtifacts, memoryStore } from '@piecework/core'
import type { ImportContext } from '@piecework/core/piece'
import type { Store } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, Notebooks } from '../support/notebooks.js'
import { deaf, pieceOf } from '../support/slow.js'

type JobProgress = JobUpdate['progress']

const test = suite('engine: progress')

/** One process works, another one only looks: what it sees has gone through the store. */
async function twoProcesses<T>(
  options: {
    readonly host: Notebooks
    readonly pieces: ReturnType<typeof pieceOf>[]
    readonly store?: Store
  },
  use: (worker: ReturnType<typeof createPiecework>, looker: ReturnType<typeof createPiecework>) => Promise<T>,
): Promise<T> {
  const { host, pieces, store = memoryStore() } = options
  const parts = { packs: [{ ...host.pack(), pieces }], store, artifacts: memoryArtifacts(), heartbeatMs: 5 }
  const worker = createPiecework({ ...parts, runtime: inProcess({ concurrency: 1 }) })
  const looker = createPiecework({ ...parts, runtime: inProcess() })
  await worker.start()
  try {
    return await use(worker, looker)
  } finally {
    await worker.stop()
  }
}

async function until(updates: AsyncIterable<JobUpdate>, found: (update: JobUpdate) => boolean) {
  for await (const update of updates) if (found(update)) return update.progress
  assert.fail('the job has ended')
}

test('any process sees batches, pieces, rows and bytes, and how long the rest may take', async () => {
  const host = new Notebooks()
  const resource = host.add('b1', 'Birds', ['wren', 'owl'])
  const [first, third] = [deaf(), deaf()]
  const pieces = [
    pieceOf('1', first.work),
    host.lines('notebook'),
    pieceOf('3', async ({ progress }) => {
      progress(30, 60)
      await third.work()
    }),
    pieceOf('4', async () => undefined),
  ].map((piece, n) => ({ ...piece, name: `work/${n + 1}` as const }))
  await twoProcesses({ host, pieces }, async (worker, looker) => {
    const { id } = await worker.export({ resource, principal: ann })
    const none = await until(looker.watch(id, { principal: ann }), ({ job }) => job.status === 'running')
    const start = { batches: 2, batchesDone: 0, pieces: 4, piecesDone: 0, rows: 0, bytes: 0 }
    assert.deepEqual(none, { ...start, remainingMs: undefined } satisfies JobProgress)
    await sleep(20)
    first.end()
    const middle = await until(looker.watch(id, { principal: ann }), ({ running }) =>
      running.some(({ progress }) => progress),
    )
    const { remainingMs = 0, bytes, ...counts } = middle
    assert.deepEqual(counts, { batches: 2, batchesDone: 0, pieces: 4, piecesDone: 2, rows: 32 })
    assert.equal(bytes, Buffer.byteLength('text\nwren\nowl\n'))
    assert.ok(Number.isInteger(remainingMs))
    assert.ok(remainingMs > 0)
    third.end()
    const updates: JobUpdate[] = []
    for await (const update of looker.watch(id, { principal: ann })) updates.push(update)
    const end = updates.at(-1)?.progress
    const all = {
      batches: 2,
      batchesDone: 2,
      pieces: 4,
      piecesDone: 4,
      rows: 2,
      bytes,
      remainingMs: undefined,
    }
    assert.deepEqual(end, all)
  })
})

test('bytes are those of the entries that an export writes and an import or validation reads', async () => {
  const host = new Notebooks()
  const resource = host.add('b1', 'Birds', ['wren', 'owl'])
  const size = Buffer.byteLength('text\nwren\nowl\n')
  const reading = deaf()
  const lines = host.lines('notebook')
  const waits = {
    ...lines,
    importer: {
      import: async (context: ImportContext) => {
        const counts = await lines.importer?.import(context)
        await reading.work()
        return counts ?? { rows: 0 }
      },
    },
  }
  await twoProcesses({ host, pieces: [waits] }, async (worker, looker) => {
    const last = async ({ id }: { readonly id: string }) => {
      let end: JobProgress | undefined
      for await (const { progress } of looker.watch(id, { principal: ann })) end = progress
      return end?.bytes
    }
    const { archive } = await (await worker.export({ resource, principal: ann })).result()
    const input = { archive: { artifact: archive?.artifact ?? '' }, principal: ann }
    assert.equal(await last(await worker.validate(input)), size)
    const job = await worker.import(input)
    const under = await until(looker.watch(job.id, { principal: ann }), ({ running }) =>
      running.some(({ task, progress }) => task === 'import' && progress?.bytes),
    )
    assert.equal(under.bytes, size)
    reading.end()
    assert.equal(await last(job), size)
  })
})

test('who watches reads sums, never the list of nodes, and one look serves all watchers of a process', async () => {
  const host = new Notebooks()
  const resource = host.add('b1', 'Birds', [])
  const inner = memoryStore()
  const reads = { nodes: 0, summary: 0 }
  const counting: Store = {
    ...inner,
    reports: {
      ...inner.reports,
      nodes: (...args) => {
        reads.nodes += 1
        return inner.reports.nodes(...args)
      },
      summary: (...args) => {
        reads.summary += 1
        return inner.reports.summary(...args)
      },
    },
  }
  const gates = Array.from({ length: 40 }, () => deaf())
  const pieces = gates.map((gate, at) => pieceOf(`n${at}`, gate.work))
  const parts = { packs: [{ ...host.pack(), pieces }], artifacts: memoryArtifacts(), heartbeatMs: 5 }
  const worker = createPiecework({ ...parts, store: inner, runtime: inProcess({ concurrency: 1 }) })
  const looker = createPiecework({ ...parts, store: counting, runtime: inProcess() })
  await worker.start()
  try {
    const { id } = await worker.export({ resource, principal: ann })
    const follow = async () => {
      const revisions: number[] = []
      for await (const { revision } of looker.watch(id, { principal: ann })) revisions.push(revision)
      return revisions
    }
    const watched = Array.from({ length: 10 }, follow)
    for (const { begun, end } of gates) void begun.then(() => end())
    const all = await Promise.all(watched)
    for (const revisions of all) {
      assert.ok(revisions.length > 1)
      assert.deepEqual(
        revisions,
        [...new Set(revisions)].sort((a, b) => a - b),
        'revisions grow',
      )
    }
    const looks = new Set(all.flat()).size
    assert.equal(reads.nodes, 0)
    // One for each state that was seen; beside it those that found nothing new, and one for each watcher to begin with.
    assert.ok(reads.summary < 2 * looks + all.length + 10, `${reads.summary} looks at ${looks} states`)
  } finally {
    await worker.stop()
  }
})

test('a few writes a second per piece, whatever it reports', async () => {
  const host = new Notebooks()
  const resource = host.add('b1', 'Birds', [])
  const inner = memoryStore()
  let writes = 0
  const store: Store = {
    ...inner,
    attempts: {
      ...inner.attempts,
      heartbeat: (...args) => {
        writes += 1
        return inner.attempts.heartbeat(...args)
      },
    },
  }
  const heartbeatMs = 20
  const busy = pieceOf('busy', async ({ progress }) => {
    for (let turn = 0; turn < 50; turn++) {
      for (let done = 0; done < 2000; done++) progress(done, 2000)
      await sleep(1)
    }
  })
  const parts = { packs: [{ ...host.pack(), pieces: [busy] }], store, heartbeatMs }
  const piecework = createPiecework({ ...parts, runtime: inProcess() })
  await piecework.start()
  try {
    const begun = performance.now()
    await (await piecework.export({ resource, principal: ann })).result()
    const most = (performance.now() - begun) / heartbeatMs + 1
    assert.ok(writes > 0)
    assert.ok(writes <= most, `${writes} writes, of at most ${most}`)
  } finally {
    await piecework.stop()
  }
})

test.run()
