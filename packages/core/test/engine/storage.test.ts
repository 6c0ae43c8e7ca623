import assert from 'node:assert/strict'
import { type ArtifactStore, isPieceworkError, memoryArtifacts, type Piecework } from '@piecework/core'
import { suite } from 'uvu'
import { ann, keys, type Setup, withPiecework } from '../support/notebooks.js'

const test = suite('engine: an artifact store that fails')

type Change = (store: ArtifactStore) => Partial<ArtifactStore>

const isStaged = (key: string): boolean => key.startsWith('jobs/') && key.endsWith('.csv')
const isArchive = (key: string): boolean => key.startsWith('archives/')

function failing(code: string): never {
  throw Object.assign(new Error(`${code} at /secret/path`), { code })
}

async function* cut(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.subarray(0, chunk.length - 1)
}

async function* flipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const copy = Uint8Array.from(chunk)
    copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1
    yield copy
  }
}

/** Takes a part of the bytes, and says that these were all or that all were taken. */
const losing =
  (which: (key: string) => boolean, lies: boolean): Change =>
  (store) => ({
    put: async (key, bytes) => {
      if (!which(key)) return store.put(key, bytes)
      let size = 0
      const counted = async function* () {
        for await (const chunk of bytes) {
          size += chunk.length
          yield chunk
        }
      }
      const written = await store.put(key, cut(counted()))
      return lies ? size : written
    },
  })

const refusing =
  (which: (key: string) => boolean, code: string): Change =>
  (store) => ({
    put: async (key, bytes) => {
      if (!which(key)) return store.put(key, bytes)
      // Part of it is taken before the store finds that it cannot.
      for await (const _ of bytes) failing(code)
      return failing(code)
    },
  })

const reading =
  (
    which: (key: string) => boolean,
    how: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
  ): Change =>
  (store) => ({
    open: (key, range) => (which(key) ? how(store.open(key, range)) : store.open(key, range)),
  })

const unreadable = (code: string) =>
  // biome-ignore lint/correctness/useYield: it fails before it has anything to give
  async function* (): AsyncGenerator<Uint8Array> {
    failing(code)
  }

const away: Change = () => ({
  put: async () => failing('ECONNREFUSED'),
  stat: async () => failing('ECONNREFUSED'),
  delete: async () => failing('ECONNREFUSED'),
})

/** What goes wrong during an export, and what the job must say. */
const exports: Record<string, [Change, code: string, message: RegExp]> = {
  'is full when an entry is staged': [
    refusing(isStaged, 'ENOSPC'),
    'storage',
    /^The artifact store is full \(ENOSPC\) when "jobs\/.*lines\.csv" was written\.$/,
  ],
  'is away': [away, 'storage', /cannot be reached \(ECONNREFUSED\)/],
  'keeps less of an entry than it was given': [
    losing(isStaged, false),
    'storage',
    /kept \d+ of the \d+ bytes of "jobs/,
  ],
  'keeps less of an entry than it says': [
    losing(isStaged, true),
    'storage',
    /kept \d+ of the \d+ bytes of "jobs/,
  ],
  'is full when the archive is assembled': [
    refusing(isArchive, 'EDQUOT'),
    'storage',
    /full \(EDQUOT\) when "archives\//,
  ],
  'keeps less of the archive than it says': [
    losing(isArchive, true),
    'storage',
    /kept \d+ of the \d+ bytes of "archives/,
  ],
  'cannot read a staged entry': [
    reading(isStaged, unreadable('EIO')),
    'storage',
    /failed \(EIO\) when "jobs\/.*lines\.csv" was read/,
  ],
  'ends a staged entry early': [
    reading(isStaged, cut),
    'archive-checksum',
    /"notebook\/lines\/lines\.csv" is not the \d+ bytes/,
  ],
  'has damaged a staged entry': [
    reading(isStaged, flipped),
    'archive-checksum',
    /"notebook\/lines\/lines\.csv" is damaged/,
  ],
}

async function withFailing(
  change: Change,
  use: (piecework: Piecework, setup: Setup, fail: (on: boolean) => void) => Promise<void>,
): Promise<void> {
  const whole = memoryArtifacts()
  let broken = false
  const changed = { ...whole, ...change(whole) }
  const now = (): ArtifactStore => (broken ? changed : whole)
  const artifacts: ArtifactStore = {
    put: (key, bytes) => now().put(key, bytes),
    open: (key, range) => now().open(key, range),
    stat: (key) => now().stat(key),
    delete: (key) => now().delete(key),
    list: (prefix) => now().list(prefix),
  }
  await withPiecework(
    (host) => host.pack(),
    (piecework, setup) => {
      // What could not be deleted at once is reported here.
      piecework.events.on('error', () => {})
      return use(piecework, { ...setup, artifacts: whole }, (on) => {
        broken = on
      })
    },
    { artifacts, retryTtlMs: 0 },
  )
}

for (const [what, [change, code, message]] of Object.entries(exports)) {
  test(`an export fails in words when the store ${what}, and leaves nothing`, () =>
    withFailing(change, async (piecework, { host, artifacts }, fail) => {
      const resource = host.add('b1', 'Birds', ['wren', 'owl'])
      fail(true)
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.status, job.error?.code], ['failed', code])
      assert.match(job.error?.message ?? '', message)
      assert.doesNotMatch(JSON.stringify(job), /secret/)
      assert.equal(job.result.archive, undefined)
      await piecework.guard.checkEditable(resource)
      fail(false)
      if (change !== away)
        assert.deepEqual([await keys(artifacts, 'jobs'), await keys(artifacts, 'archives')], [[], []])
      const { archive } = await (await piecework.export({ resource, principal: ann })).result()
      assert.equal((await piecework.verify(archive ?? { artifact: '' }, { principal: ann })).ok, true)
    }))
}

test('a store that cannot delete holds up neither a job nor its claim', () =>
  withFailing(
    () => ({ delete: async () => failing('EIO') }),
    async (piecework, { host }, fail) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      fail(true)
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.status, 'succeeded')
      await piecework.guard.checkEditable(resource)
    },
  ))

test('an entry that cannot be read for a moment costs an attempt, and no job', () => {
  let failures = 0
  const once = (chunks: AsyncIterable<Uint8Array>) => (failures++ === 0 ? unreadable('ETIMEDOUT')() : chunks)
  return withFailing(reading(isStaged, once), async (piecework, { host }, fail) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    fail(true)
    const { job } = await (await piecework.clone({ resource, principal: ann })).ended()
    assert.deepEqual([job.status, job.error], ['succeeded', undefined])
    assert.ok(failures > 1)
  })
})

/** What goes wrong while an archive is read, and what must be said. */
const readings: Record<string, [Change, RegExp]> = {
  'ends it early': [reading(isArchive, cut), /gives \d+ of the \d+ bytes of "archives\/|not all there/],
  'cannot read it': [
    reading(isArchive, unreadable('ETIMEDOUT')),
    /cannot be reached \(ETIMEDOUT\) when "archives\/.*" was read/,
  ],
}

for (const [what, [change, message]] of Object.entries(readings)) {
  test(`an archive is not read when the store ${what}`, () =>
    withFailing(change, async (piecework, { host }, fail) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const exported = await piecework.export({ resource, principal: ann })
      const { archive } = await exported.result()
      assert.ok(archive)
      const isRefusal = (error: unknown) => isPieceworkError(error) && message.test(error.message)
      fail(true)
      await assert.rejects(piecework.inspect(archive, { principal: ann }), isRefusal)
      await assert.rejects(piecework.verify(archive, { principal: ann }), isRefusal)
      await assert.rejects(piecework.import({ archive, principal: ann }), isRefusal)
      const { bytes } = await piecework.download(exported.id, { principal: ann })
      await assert.rejects(async () => {
        for await (const _ of bytes);
      }, isRefusal)
      assert.equal(host.books.size, 1)
    }))

  test(`an import fails in words when the store ${what}, and leaves nothing`, () =>
    withFailing(change, async (piecework, { host }, fail) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { archive } = await (await piecework.export({ resource, principal: ann })).result()
      assert.ok(archive)
      piecework.events.once('node:done', () => fail(true))
      const { job } = await (await piecework.import({ archive, principal: ann })).ended()
      assert.equal(job.status, 'failed')
      assert.match(job.error?.message ?? '', message)
      assert.equal(host.books.size, 1)
    }))
}

test('a download is refused where the archive is not the one that was written', () =>
  withFailing(
    () => ({}),
    async (piecework, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const job = await piecework.export({ resource, principal: ann })
      const { archive } = await job.result()
      assert.ok(archive)
      await artifacts.put(archive.artifact, cut(artifacts.open(archive.artifact)))
      await assert.rejects(
        piecework.download(job.id, { principal: ann }),
        (error) => isPieceworkError(error, 'storage') && /gives \d+ of the \d+ bytes/.test(error.message),
      )
      await artifacts.delete(archive.artifact)
      await assert.rejects(piecework.download(job.id, { principal: ann }), (error) =>
        isPieceworkError(error, 'artifact-not-found'),
      )
    },
  ))

test.run()
