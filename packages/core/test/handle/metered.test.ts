import assert from 'node:assert/strict'
import { createPiecework, memoryArtifacts, memoryStore, type Piecework } from '@piecework/core'
import { type Environment, type Store, systemEnvironment } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, withPiecework } from '../support/notebooks.js'

const test = suite('what is downloaded is metered')
const asAnn = { principal: ann }
const bob = { id: 'bob' }
const minute = 60_000

/** Time stands still, but that waits of some seconds are over at once, and have then passed. */
function minutes() {
  const waits: number[] = []
  let now = Date.UTC(2030, 0, 1)
  const environment: Environment = {
    ...systemEnvironment,
    now: () => now,
    after: (ms, callback) => {
      if (ms < 10_000 || ms > minute + 2_000) return systemEnvironment.after(ms, callback)
      waits.push(ms)
      now += ms
      return systemEnvironment.after(0, callback)
    },
  }
  const pass = (ms: number): void => {
    now += ms
  }
  return { environment, waits, pass }
}

interface Downloads {
  readonly piecework: Piecework
  readonly store: Store
  readonly job: string
  readonly size: number
  readonly waits: readonly number[]
  pass(ms: number): void
  /** Resolves to how many bytes came. */
  get(by?: { readonly id: string }, range?: { readonly start: number; readonly end: number }): Promise<number>
}

async function withExport(
  downloadsPerMinute: { readonly requests?: number; readonly bytes?: number } | undefined,
  use: (downloads: Downloads) => Promise<void>,
): Promise<void> {
  const { environment, waits, pass } = minutes()
  const store = memoryStore({ environment })
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren', 'jay'])
      const { id: job, ...handle } = await piecework.export({ resource, ...asAnn })
      await handle.result()
      const get: Downloads['get'] = async (principal = ann, range) => {
        const { bytes } = await piecework.download(job, { principal, ...(range && { range }) })
        let size = 0
        for await (const chunk of bytes) size += chunk.length
        return size
      }
      const { size } = await piecework.download(job, { principal: { id: 'nobody' } })
      await use({ piecework, store, job, size, waits, pass, get })
    },
    {
      environment,
      store,
      // Puts chunks of some bytes out.
      artifacts: slowly(memoryArtifacts()),
      ...(downloadsPerMinute && { downloadsPerMinute }),
    },
  )
}

function slowly(artifacts: ReturnType<typeof memoryArtifacts>): ReturnType<typeof memoryArtifacts> {
  return {
    ...artifacts,
    open: async function* (key, range) {
      for await (const chunk of artifacts.open(key, range))
        for (let at = 0; at < chunk.length; at += 100) yield chunk.subarray(at, at + 100)
    },
  }
}

const usageOf = async ({ piecework }: Downloads, principal = ann) =>
  (await piecework.usage({ principal }, asAnn)).map(({ requests, downloads, bytes }) => [
    requests,
    downloads,
    bytes,
  ])

test('what goes out is counted by minute and principal, and a range that goes on is no new download', () =>
  withExport(undefined, async (one) => {
    const { piecework, get, size, pass } = one
    assert.equal(await get(), size)
    assert.equal(await get(ann, { start: 10, end: 30 }), 20)
    assert.equal(await get(ann, { start: 0, end: 5 }), 5)
    assert.deepEqual(await usageOf(one), [[3, 2, size + 25]])
    pass(minute)
    await get(bob)
    const all = await piecework.usage({}, asAnn)
    assert.deepEqual(
      all.map(({ principal, minute: at }) => [principal, at.toISOString()]),
      [
        ['bob', '2030-01-01T00:01:00.000Z'],
        ['ann', '2030-01-01T00:00:00.000Z'],
        ['nobody', '2030-01-01T00:00:00.000Z'],
      ],
    )
    const [newest] = all
    assert.deepEqual(await piecework.usage({ ...(newest && { after: newest }), limit: 1 }, asAnn), [all[1]])
    await assert.rejects(piecework.usage({ after: 'bob' as never }, asAnn), { code: 'options-invalid' })
  }))

test('a principal who has had what is allowed in a minute is told when there is more', () =>
  withExport({ requests: 2 }, async (one) => {
    const { piecework, get, job, pass } = one
    await get()
    await get()
    const refused = await piecework.download(job, asAnn).then(
      () => assert.fail('it was not refused'),
      (error: unknown) => error as { code: string; retryable: boolean; facts: { retryAfterMs: number } },
    )
    assert.deepEqual(
      [refused.code, refused.retryable, refused.facts.retryAfterMs],
      ['too-many-downloads', true, minute],
    )
    await get(bob)
    assert.deepEqual((await usageOf(one))[0]?.slice(0, 2), [2, 2])
    const [entry] = await piecework.record({ principal: ann, limit: 1 }, asAnn)
    // Nothing that whoever asks too often could fill.
    assert.deepEqual([entry?.action, entry?.outcome], ['download', 'done'])
    pass(minute)
    await get()
  }))

test('a download that is under way waits for the next minute, and is whole', () =>
  withExport({ bytes: 300 }, async (one) => {
    const { get, size, waits } = one
    assert.ok(size > 700)
    assert.equal(await get(), size)
    assert.ok(waits.length >= 1 && waits.length <= Math.ceil(size / 300), `${waits.length} waits`)
    const readings = await usageOf(one)
    assert.equal(
      readings.reduce((sum, [, , bytes = 0]) => sum + bytes, 0),
      size,
    )
    // Of a minute no more than its limit, and what was counted last.
    assert.ok(
      readings.every(([, , bytes = 0]) => bytes <= 600),
      JSON.stringify(readings),
    )
  }))

test('however many downloads run side by side, no more goes out in a minute than the limit and a step', () =>
  withExport({ bytes: 2_000 }, async (one) => {
    const { piecework, job, size } = one
    const begun = await Promise.allSettled(
      Array.from({ length: 20 }, () => piecework.download(job, { principal: bob })),
    )
    const refused = begun.filter(({ status }) => status === 'rejected').length
    assert.ok(refused >= 20 - Math.ceil(2_000 / size) - 1, `${refused} refused of 20 with ${size} bytes`)
    const [[, , bytes = 0] = []] = await usageOf(one, bob)
    assert.ok(bytes <= 2_000 + size, `${bytes}`)
  }))

test('what waits for the next minute ends with the signal of who asks, and after some minutes by itself', () =>
  withExport({ bytes: 300 }, async (one) => {
    const { piecework, job, waits } = one
    const drained = async (signal?: AbortSignal) => {
      const { bytes } = await piecework.download(job, { ...asAnn, ...(signal && { signal }) })
      for await (const _ of bytes);
    }
    const gone = new AbortController()
    const ended = drained(gone.signal)
    gone.abort(new Error('gone'))
    await assert.rejects(ended, /gone/)
    // Somebody else takes what there is, again and again.
    const { take } = one.store.meters
    Object.assign(one.store.meters, {
      take: async (...[name, usage, limits]: Parameters<typeof take>) =>
        usage.requests === 0 && name === 'ann' ? minute : take(name, usage, limits),
    })
    const before = waits.length
    one.pass(minute)
    await assert.rejects(drained(), { code: 'too-many-downloads' })
    assert.equal(waits.length - before, 5)
  }))

test('a download may be counted under another name', () =>
  withExport(undefined, async (one) => {
    const { piecework, job, size } = one
    const { bytes } = await piecework.download(job, { ...asAnn, countedAs: 'link:1' })
    for await (const _ of bytes);
    assert.deepEqual(await usageOf(one), [])
    assert.deepEqual(await usageOf(one, { id: 'link:1' }), [[1, 1, size]])
  }))

test('of a download that was cut what was let out is counted', () =>
  withExport(undefined, async (one) => {
    const { piecework, job } = one
    const { bytes } = await piecework.download(job, asAnn)
    for await (const _ of bytes) break
    assert.deepEqual(await usageOf(one), [[1, 1, one.size]])
  }))

test('limits of downloads are checked', () => {
  for (const downloadsPerMinute of [{ requests: 0 }, { bytes: -1 }, { byte: 5 }, 5])
    assert.throws(
      () =>
        createPiecework({ packs: [], runtime: inProcess(), downloadsPerMinute: downloadsPerMinute as never }),
      { code: 'options-invalid' },
      JSON.stringify(downloadsPerMinute),
    )
})

test.run()
