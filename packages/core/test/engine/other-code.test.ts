import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, memoryArtifacts, memoryStore, type Pack, PieceworkError } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import type { JobError } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { FakeClock, fakeRuntime } from '../support/fake-clock.js'
import { ann, Notebooks } from '../support/notebooks.js'
import { deaf } from '../support/slow.js'

const test = suite('engine: processes with other code')

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
    host.add('b1', 'Birds', ['wren'])
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

test('honest counts: who cannot compare the rows that a piece has written leaves the last step to others', async () => {
  const host = new Notebooks()
  const parts = { store: memoryStore(), artifacts: memoryArtifacts(), backoffMs: 1, sweepMs: 5 }
  const compared: string[] = []
  const verified = host.lines('notebook', {
    verifier: {
      summarize: async () => 'one line',
      compare: async (summary) => void compared.push(summary),
    },
  })
  const of = (...pieces: readonly Piece[]) =>
    createPiecework({ ...parts, packs: [{ ...host.pack(), pieces }], runtime: inProcess() })
  const [first, older, other, last] = [of(verified), of(host.lines('notebook')), of(), of(verified)]
  first.events.on('job:status', ({ status }) => void (status === 'ending' && first.stop()))
  const { id } = await first.clone({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
  await first.start()
  while ((await parts.store.jobs.get(id))?.status !== 'ending') await sleep(1)
  for (const without of [older, other]) {
    const tried = new Promise<string>((resolve) => {
      without.events.once('node:failed', ({ error }) => resolve(error.message))
      without.events.once('node:done', ({ node }) => resolve(`${node} is done`))
    })
    await without.start()
    assert.match(await tried, /came to finish has no pack with the verifier of the piece "notebook\/lines"/)
    await without.stop()
  }
  assert.deepEqual(compared, [])
  await last.start()
  try {
    for await (const _ of last.watch(id, { principal: ann }));
    assert.equal((await last.job(id, { principal: ann })).job.status, 'succeeded')
    assert.deepEqual(compared, ['one line'])
  } finally {
    await last.stop()
  }
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
  assert.equal((await statusAfter(6 * minute))?.outcome, undefined)
  const job = await statusAfter(20 * minute)
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

test.run()
