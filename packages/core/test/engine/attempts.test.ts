import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createPiecework,
  type JobError,
  memoryArtifacts,
  memoryStore,
  type Pack,
  PieceworkError,
} from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import { databaseError, type Store } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { FakeClock, fakeRuntime } from '../support/fake-clock.js'
import { ann, bytes, Notebooks, withPiecework } from '../support/notebooks.js'
import { deaf, pieceOf } from '../support/slow.js'

const test = suite('engine: attempts')

const node = 'export notebook:b1 work/piece'

test('a node that keeps failing ends after its attempts, with longer waits between them and its last error', async () => {
  let tries = 0
  const piece = pieceOf('piece', async () => {
    tries += 1
    throw new PieceworkError('internal', `Failure ${tries}.`, { retryable: true })
  })
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [piece] }),
    async (piecework, { host }) => {
      const waits: (number | undefined)[] = []
      piecework.events.on('node:failed', ({ retryInMs }) => waits.push(retryInMs))
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job, nodes } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.status, job.error?.message], ['failed', 'Failure 4.'])
      assert.deepEqual(waits, [5, 10, 20, undefined])
      assert.deepEqual([nodes[0]?.attempt, nodes[0]?.error?.message], [4, 'Failure 4.'])
    },
    { maxAttempts: 4, backoffMs: 5 },
  )
})

test('a graceful stop is no attempt: the same one runs again elsewhere, however often', async () => {
  const host = new Notebooks()
  let stops = 3
  const piece = pieceOf('piece', async ({ signal }) => {
    if (stops > 0 && !signal.aborted) await once(signal, 'abort')
  })
  const parts = { packs: [{ ...host.pack(), pieces: [piece] }], store: memoryStore(), maxAttempts: 1 }
  const process = () =>
    createPiecework({
      ...parts,
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
      resubmitAfterMs: 1,
      sweepMs: 5,
    })
  const asking = process()
  const handle = await asking.export({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
  for (; stops > 0; stops--) {
    const stopping = process()
    const begun = new Promise((resolve) => stopping.events.on('node:started', resolve))
    await stopping.start()
    await begun
    await stopping.stop()
    const { status, attempt, error } = (await parts.store.reports.node(handle.id, node)) ?? assert.fail()
    assert.deepEqual([status, attempt, error], ['waiting', 1, undefined])
  }
  const last = process()
  await last.start()
  try {
    assert.equal((await handle.ended()).job.status, 'succeeded')
  } finally {
    await last.stop()
  }
})

test('where workers die each time, the error says so and how often', async () => {
  const { error } = await afterDeaths(3)
  assert.deepEqual([error?.code, error?.retryable], ['internal', false])
  assert.match(
    error?.message ?? '',
    /^3 workers have died at export notebook:b1 work\/piece; it is not tried/,
  )
})

test('if a piece failed before its workers died, its last own error comes first', async () => {
  const failure = { code: 'atlas/away', message: 'The atlas was away.', retryable: true } as const
  const { error } = await afterDeaths(3, async (store, job) => {
    const lease = await store.attempts.begin({ job, node, attempt: 1 }, 'one that failed')
    assert.ok(lease)
    await store.attempts.fail(lease, failure, [], 1)
    return 2
  })
  assert.equal(error?.code, 'atlas/away')
  assert.match(error?.message ?? '', /^The atlas was away\. 3 workers have died at /)
})

test('stops and failures between crashes are no crashes', async () => {
  const { status } = await afterDeaths(2, async (store, job) => {
    for (const next of [{ givenBackForMs: 0 }, 1, { givenBackForMs: 0 }]) {
      const attempt = (await store.reports.node(job, node))?.attempt ?? 0
      const lease = await store.attempts.begin({ job, node, attempt }, 'one that stops')
      assert.ok(lease)
      await store.attempts.fail(lease, { code: 'internal', message: 'No.', retryable: true }, [], next)
    }
    return 2
  })
  assert.equal(status, 'succeeded')
})

/** Packs of processes that run other code than the one of the request, and what they say that they lack. */
const otherCode: Readonly<Record<string, readonly [(host: Notebooks, right: Pack) => Pack, RegExp]>> = {
  'lack a piece': [
    (host) => ({ ...host.pack(), pieces: [] }),
    /no pack with the piece ".*notebook.*": all workers/,
  ],
  'lack a kind': [() => ({ name: 'others' }), /no pack with the kind "notebook": all workers/],
  'have a kind without a shell': [
    (host, right) => {
      const { shell: _, ...book } = host.kind('notebook')
      return { ...right, kinds: [book, host.kind('chapter')] }
    },
    /no pack with the shell of the kind "notebook": all workers/,
  ],
  'have an older version of a piece': [
    (host) => host.pack(),
    /"notebook\/lines" was written by version 2; this installation reads up to 1/,
  ],
  'have a newer version of a piece that reads the older one no more': [
    (host) => ({ ...host.pack(), pieces: [host.lines('notebook', { version: 3 }), host.lines('chapter')] }),
    /"notebook\/lines" no longer reads its version 2/,
  ],
}

for (const [what, [packOf, says]] of Object.entries(otherCode)) {
  test(`a worker whose packs ${what} says so, and leaves the job to others as long as it takes`, async () => {
    const host = new Notebooks()
    const parts = {
      store: memoryStore(),
      artifacts: memoryArtifacts(),
      backoffMs: 1,
      maxAttempts: 2,
      sweepMs: 5,
    }
    const pieces = [host.lines('notebook', { version: 2, upgrades: { 1: async (all) => all } })]
    const pack = { ...host.pack(), pieces: [...pieces, host.lines('chapter')] }
    const right = createPiecework({ ...parts, packs: [pack], runtime: inProcess() })
    const other = createPiecework({ ...parts, packs: [packOf(host, pack)], runtime: inProcess() })
    const failures: JobError[] = []
    other.events.on('node:failed', ({ error }) => void failures.push(error))
    const resource = host.add('b1', 'Birds', ['wren'])
    const archive = { stream: parts.artifacts.open(await archiveOf(pack, parts.artifacts)) }
    const handle = await right.import({ archive, principal: ann, name: 'Copy' })
    await other.start()
    // More often than an attempt at it may fail.
    while (failures.length < 4) await sleep(5)
    const { nodes } = await right.job(handle.id, { principal: ann })
    assert.ok(nodes.every(({ attempt }) => attempt === 1))
    assert.match(failures[0]?.message ?? '', says)
    // The other one goes on taking it: it has to come to the right one all the same.
    await right.start()
    try {
      const { job } = await handle.ended()
      assert.deepEqual([job.status, job.error], ['succeeded', undefined])
      assert.equal(host.books.get(job.result.resource?.id ?? '')?.visible, true)
      assert.ok(resource)
    } finally {
      await other.stop()
      await right.stop()
    }
  })
}

test('nothing half-made: who does not have the pieces that made rows leaves their removal to others', async () => {
  const host = new Notebooks()
  const parts = { store: memoryStore(), artifacts: memoryArtifacts(), backoffMs: 1, sweepMs: 5 }
  const failing = host.lines('chapter', {
    importer: {
      import: async () => {
        throw new PieceworkError('atlas/away', 'The atlas was away.')
      },
    },
  })
  const pack = { ...host.pack(), pieces: [host.lines('notebook'), { ...failing, after: ['notebook/lines'] }] }
  const processOf = (own: Pack) => createPiecework({ ...parts, packs: [own], runtime: inProcess() })
  const [first, other, last] = [processOf(pack), processOf({ ...pack, pieces: [failing] }), processOf(pack)]
  first.events.on('job:status', ({ status }) => void (status === 'ending' && first.stop()))
  const failures: JobError[] = []
  other.events.on('node:failed', ({ error }) => void failures.push(error))
  const resource = host.add('b1', 'Birds', ['wren'])
  host.add('c1', 'Nests', ['twig'], 'b1')
  const handle = await first.clone({ resource, principal: ann })
  await first.start()
  while ((await parts.store.jobs.get(handle.id))?.status !== 'ending') await sleep(1)
  await other.start()
  while (failures.length === 0) await sleep(5)
  assert.match(failures[0]?.message ?? '', /came to finish has no pack with the piece "notebook\/lines"/)
  assert.equal((await parts.store.jobs.get(handle.id))?.status, 'ending')
  await last.start()
  try {
    const { job } = await handle.ended()
    assert.deepEqual(
      [job.status, job.error?.code, [...host.books.keys()]],
      ['failed', 'atlas/away', ['b1', 'c1']],
    )
  } finally {
    await other.stop()
    await last.stop()
  }
})

for (const [what, code] of [
  ['disk', '53100'],
  ['memory', '53200'],
  ['connections', '53300'],
] as const)
  test(`a failure that finds no ${what} to be recorded is no death of a worker`, async () => {
    const clock = new FakeClock()
    const environment = clock.process()
    const memory = memoryStore({ environment, leaseMs: 5000 })
    let full = 8
    const store: Store = {
      ...memory,
      attempts: {
        ...memory.attempts,
        fail: async (...failure) => {
          if (full-- > 0) throw databaseError(Object.assign(new Error('No space left on device'), { code }))
          return memory.attempts.fail(...failure)
        },
      },
    }
    const host = new Notebooks()
    const pieces = [
      pieceOf('piece', async () => {
        throw new PieceworkError('atlas/away', 'The atlas was away.')
      }),
    ]
    const packs = [{ ...host.pack(), pieces }]
    const piecework = createPiecework({ packs, store, environment, runtime: fakeRuntime(environment) })
    await piecework.start()
    const { id } = await piecework.export({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
    await clock.pass(60_000)
    const job = await store.jobs.get(id)
    assert.deepEqual(
      [job?.status, job?.error?.code, job?.error?.message],
      ['failed', 'atlas/away', 'The atlas was away.'],
    )
    await piecework.stop()
  })

test('what no worker has the code for fails in the end, and says why', async () => {
  const clock = new FakeClock()
  const host = new Notebooks()
  const environment = clock.process()
  const store = memoryStore({ environment })
  const processOf = (pack: Pack) =>
    createPiecework({ packs: [pack], store, environment, runtime: fakeRuntime(environment) })
  const handle = await processOf(host.pack()).export({
    resource: host.add('b1', 'Birds', []),
    principal: ann,
  })
  const other = processOf({ ...host.pack(), pieces: [] })
  await other.start()
  const statusAfter = async (ms: number) => {
    await clock.pass(ms)
    return store.jobs.get(handle.id)
  }
  const minute = 60_000
  assert.equal((await statusAfter(9 * minute))?.outcome, undefined)
  const job = await statusAfter(3 * minute)
  assert.deepEqual([job?.status, job?.error?.code, job?.error?.retryable], ['failed', 'piece-unknown', true])
  await other.stop()
})

async function archiveOf(pack: Pack, artifacts: ReturnType<typeof memoryArtifacts>): Promise<string> {
  const piecework = createPiecework({ packs: [pack], artifacts, store: memoryStore(), runtime: inProcess() })
  await piecework.start()
  const job = await piecework.export({ resource: { kind: 'notebook', id: 'b1' }, principal: ann })
  const { archive } = await job.result()
  await piecework.stop()
  assert.ok(archive)
  return archive.artifact
}

test('a worker that lacks a piece whose rows must go leaves the last step to others', async () => {
  const host = new Notebooks()
  const slow = deaf()
  let removed = 0
  const more: Piece = {
    ...host.lines('notebook'),
    name: 'notebook/more',
    remover: {
      remove: async () => {
        removed += 1
      },
    },
  }
  const late: Piece = {
    ...host.lines('notebook'),
    name: 'notebook/late',
    after: ['notebook/more'],
    cloner: { clone: () => slow.work().then(() => ({ rows: 0 })) },
  }
  const parts = { store: memoryStore(), artifacts: memoryArtifacts(), backoffMs: 20, sweepMs: 20 }
  const of = (...pieces: readonly Piece[]) =>
    createPiecework({ ...parts, packs: [host.pack(...pieces)], runtime: inProcess() })
  const [first, older, last] = [of(more, late), of(), of(more, late)]
  const resource = host.add('b1', 'Birds', ['wren'])
  await first.start()
  const { id } = await first.clone({ resource, principal: ann })
  await slow.begun
  await older.cancel(id, { principal: ann })
  const stopped = first.stop()
  slow.end()
  await stopped
  const failed = new Promise<string>((resolve) =>
    older.events.once('node:failed', ({ node, error }) => resolve(`${node} ${error.code}`)),
  )
  await older.start()
  assert.equal(await failed, 'finish piece-unknown')
  await older.stop()
  assert.equal(removed, 0)
  await last.start()
  try {
    for await (const _ of last.watch(id, { principal: ann }));
    assert.equal((await last.job(id, { principal: ann })).job.status, 'cancelled')
    assert.equal(removed, 1)
  } finally {
    await last.stop()
  }
})

/** The job after workers have died at its node; `before` resolves to the attempt that they died at. */
async function afterDeaths(
  crashes: number,
  before: (store: Store, job: string) => Promise<number> = async () => 1,
) {
  const host = new Notebooks()
  const store = memoryStore({ leaseMs: 2 })
  const packs = [{ ...host.pack(), pieces: [pieceOf('piece', async () => undefined)] }]
  const piecework = createPiecework({ packs, store, runtime: inProcess(), backoffMs: 1 })
  const handle = await piecework.export({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
  const attempt = await before(store, handle.id)
  for (let death = 0; death < crashes; death++) {
    assert.ok(await store.attempts.begin({ job: handle.id, node, attempt }, 'one that dies'))
    await sleep(5)
  }
  await piecework.start()
  try {
    return (await handle.ended()).job
  } finally {
    await piecework.stop()
  }
}

const unawaited = (host: Notebooks, text: AsyncIterable<Uint8Array>, rows: number) =>
  host.lines('notebook', {
    exporter: {
      export: async ({ write }) => {
        void write('lines.csv', text, () => rows)
        return { rows }
      },
    },
  })

test('an exporter that does not wait for write() exports all of it', async () => {
  const late = async function* () {
    await sleep(20)
    yield* bytes('text\nwren\n')
  }
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [unawaited(host, late(), 1)] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job, nodes } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.outcome, 'succeeded')
      assert.equal(nodes.find(({ task }) => task === 'export')?.counts?.rows, 1)
    },
  )
})

test('an exporter that does not wait for write(), which fails, fails its job and not the process', async () => {
  const broken = async function* () {
    yield* bytes('text\n')
    await sleep(5)
    throw new PieceworkError('internal', 'Torn.')
  }
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [unawaited(host, broken(), 0)] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.error?.message, 'Torn.')
    },
    { maxAttempts: 1 },
  )
})

test.run()
