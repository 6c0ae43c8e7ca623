import assert from 'node:assert/strict'
import { PieceworkError } from '@piecework/core'
import type { RecordEntry } from '@piecework/core/store'
import { suite } from 'uvu'
import { ann, bytes, withPiecework } from '../support/notebooks.js'
import { pieceOf } from '../support/slow.js'
import { asPolicy, book, by, eve, refused } from './support.js'

const test = suite('access: the record of requests and downloads')
const asAnn = { principal: ann }

const facts = (entries: readonly RecordEntry[]) =>
  entries.map(({ principal, action, outcome, resource, code }) => [
    principal,
    action,
    outcome,
    resource?.id,
    code,
  ])

async function drained(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0
  for await (const chunk of stream) size += chunk.length
  return size
}

test('A5: requests, downloads and cancels are recorded with who, what, when, for whom and what came of it', () =>
  withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const exporting = await piecework.export({ resource, ...asAnn, recipient: 'bob@example.org' })
      await exporting.result()
      const whole = await piecework.download(exporting.id, { ...asAnn, recipient: 'bob@example.org' })
      const size = await drained(whole.bytes)
      const cut = await piecework.download(exporting.id, asAnn)
      for await (const _ of cut.bytes) break
      await piecework.download(exporting.id, { ...asAnn, range: { start: 0, end: 1 } })
      await piecework.cancel(exporting.id, asAnn)
      await refused(
        piecework.export({ resource: { kind: 'notebook', id: 'none' }, ...asAnn }),
        'resource-not-found',
      )
      await refused(piecework.retry(exporting.id, asAnn), 'unsupported')
      await piecework.forget(resource, asAnn)

      const all = await piecework.record({}, asAnn)
      assert.deepEqual(facts(all).reverse(), [
        ['ann', 'export', 'allowed', 'b1', undefined],
        ['ann', 'download', 'done', 'b1', undefined],
        ['ann', 'download', 'failed', 'b1', 'cancelled'],
        ['ann', 'download', 'allowed', 'b1', undefined],
        ['ann', 'cancel', 'allowed', 'b1', undefined],
        ['ann', 'export', 'failed', 'none', 'resource-not-found'],
        ['ann', 'retry', 'failed', undefined, 'unsupported'],
        ['ann', 'forget', 'allowed', 'b1', undefined],
      ])
      const downloads = all.filter(({ action }) => action === 'download').reverse()
      assert.deepEqual([downloads[0]?.bytes, downloads[0]?.job], [size, exporting.id])
      assert.equal((await piecework.record({ resource, principal: ann, limit: 2 }, asAnn)).length, 2)
      assert.deepEqual(await piecework.record({ principal: eve }, asAnn), [])

      assert.equal(await piecework.eraseRecipient('bob@example.org', asAnn), 2)
      assert.doesNotMatch(JSON.stringify(await piecework.record({}, asAnn)), /bob/)
      await refused(
        piecework.download(exporting.id, { ...asAnn, recipient: 'https://x/?token=1' }),
        'options-invalid',
      )
    },
  ))

test('A5: what is refused is recorded, without end of it; the record itself is asked about', () =>
  withPiecework(
    (host) => host.pack(),
    async (piecework, { host, store }) => {
      host.add('b1', 'Birds', ['wren'])
      for (let at = 0; at < 100; at++)
        await refused(piecework.export({ resource: book, ...by }), 'resource-not-found')
      await refused(piecework.record({ resource: book }, by), 'resource-not-found')
      await refused(piecework.eraseRecipient('bob', by), 'forbidden')
      const entries = await store.records.list({ principal: 'eve', limit: 1000 })
      assert.equal(entries.length, 60)
      assert.equal(
        entries.reduce((sum, { times = 1 }) => sum + times, 0),
        102,
      )
      assert.ok(entries.every(({ outcome, code }) => outcome === 'refused' && code === 'forbidden'))
    },
    { access: asPolicy((id) => id !== 'eve') },
  ))

test('A2: a right that is withdrawn after the request ends the job, and is recorded', async () => {
  let isAllowed = true
  const piece = pieceOf('first', async () => {
    isAllowed = false
  })
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [piece] }),
    async (piecework, { host, store }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job } = await (await piecework.export({ resource, ...asAnn })).ended()
      assert.deepEqual([job.status, job.error?.code, job.result.archive], ['failed', 'forbidden', undefined])
      const entries = await store.records.list({})
      assert.deepEqual(facts(entries), [
        ['ann', 'export', 'refused', 'b1', 'forbidden'],
        ['ann', 'export', 'allowed', 'b1', undefined],
      ])
      assert.deepEqual(
        entries.map((entry) => entry.job),
        [job.id, job.id],
      )
    },
    { access: asPolicy((_, action) => isAllowed || action !== 'export') },
  )
})

test('A2: a right that is withdrawn before the bytes go out: none do, and that is recorded', async () => {
  let isAllowed = true
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host, store }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { id, result } = await piecework.export({ resource, ...asAnn })
      await result()
      const download = await piecework.download(id, asAnn)
      isAllowed = false
      await refused(drained(download.bytes), 'forbidden')
      const [refusal, end] = await store.records.list({ limit: 2 })
      assert.deepEqual([refusal?.outcome, refusal?.action], ['refused', 'download'])
      assert.deepEqual([end?.outcome, end?.code, end?.bytes], ['failed', 'forbidden', 0])
    },
    { access: asPolicy((_, action) => isAllowed || action !== 'download') },
  )
})

test('A5: no bytes go out that cannot be recorded; a refusal stands whether it can or not', () =>
  withPiecework(
    (host) => host.pack(),
    async (piecework, { host, store }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { id, result } = await piecework.export({ resource, ...asAnn })
      await result()
      const errors: unknown[] = []
      piecework.events.on('error', (error) => errors.push(error))
      const { records } = store as { records: { add: unknown } }
      records.add = async () => {
        throw new PieceworkError('database', 'It is full.')
      }
      await refused(piecework.download(id, asAnn), 'database')
      await refused(piecework.export({ resource, ...by }), 'resource-not-found')
      assert.equal(errors.length, 1)
    },
    { access: asPolicy((id) => id !== 'eve') },
  ))

test('A5: the record is kept as long as it is configured', () =>
  withPiecework(
    (host) => host.pack(),
    async (piecework, { host, store }) => {
      const stream = bytes('no archive')
      await refused(piecework.import({ archive: { stream }, ...asAnn }), 'archive-invalid')
      await (await piecework.export({ resource: host.add('b1', 'Birds', ['wren']), ...asAnn })).result()
      for (let tries = 0; (await store.records.list({})).length > 0; tries++) {
        assert.ok(tries < 400, 'the record stays')
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    { recordTtlMs: 0, orphanSweepMs: 5, sweepMs: 5 },
  ))

test.run()
