import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ArtifactStore,
  isPieceworkError,
  memoryArtifacts,
  type Pack,
  type Piecework,
  type PieceworkOptions,
  type ResourceRef,
} from '@piecework/core'
import type { ArchiveRef } from '@piecework/core/piece'
import { suite } from 'uvu'
import { ann, keys, type Notebooks, type Setup, withPiecework } from '../support/notebooks.js'
import { deaf, pieceOf } from '../support/slow.js'

const test = suite('engine: expiry')

interface Exported {
  readonly id: string
  readonly resource: ResourceRef
  readonly archive: ArchiveRef
}

/** A host with one finished export of one notebook. */
async function withArchive(
  use: (piecework: Piecework, exported: Exported, setup: Setup) => Promise<void>,
  options: Partial<PieceworkOptions> = {},
  pack: (host: Notebooks) => Pack = (host) => host.pack(),
): Promise<void> {
  await withPiecework(
    pack,
    async (piecework, setup) => {
      const resource = setup.host.add('b1', 'Birds', ['wren'])
      const job = await piecework.export({ resource, principal: ann })
      const { archive } = await job.result()
      assert.ok(archive)
      await use(piecework, { id: job.id, resource, archive }, setup)
    },
    { sweepMs: 10, ...options },
  )
}

const isExpired = (error: unknown) => isPieceworkError(error, 'expired')

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(20_000)
  while (!(await holds())) {
    if (signal.aborted) assert.fail(`waited too long for ${what}`)
    await sleep(5)
  }
}

const gone = (piecework: Piecework, { id }: Exported, { artifacts }: Setup) =>
  until('the bytes to go', async () => {
    const { archive } = (await piecework.job(id, { principal: ann })).job.result
    return archive?.deletedAt !== undefined && (await keys(artifacts, 'archives')).length === 0
  })

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

test('an archive is downloaded, whole or in part, until it expires', () =>
  withArchive(async (piecework, { id, archive }, { artifacts }) => {
    const whole = await piecework.download(id, { principal: ann })
    const bytes = await bytesOf(artifacts.open(archive.artifact))
    assert.deepEqual(
      [whole.size, whole.digest, whole.range],
      [bytes.length, archive.digest, { start: 0, end: bytes.length }],
    )
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    assert.deepEqual([whole.sha256, archive.sha256], [sha256, sha256])
    assert.ok(bytes.equals(await bytesOf(whole.bytes)))
    const week = 7 * 24 * 60 * 60 * 1000
    const left = whole.expiresAt.getTime() - Date.now()
    assert.ok(left > week - 60_000 && left <= week, 'it is kept for a week')
    const part = await piecework.download(id, { principal: ann, range: { start: 2, end: 9 } })
    assert.ok(bytes.subarray(2, 9).equals(await bytesOf(part.bytes)))
    for (const [start, end] of [
      [-1, 4],
      [4, 3],
      [0, bytes.length + 1],
      [0.5, 3],
      [0, Number.NaN],
    ] as const) {
      await assert.rejects(piecework.download(id, { principal: ann, range: { start, end } }), (error) =>
        isPieceworkError(error, 'options-invalid'),
      )
    }
  }))

test('a job without an archive has nothing to download', () =>
  withArchive(async (piecework, { resource }) => {
    const cloned = await piecework.clone({ resource, principal: ann })
    await cloned.result()
    await assert.rejects(piecework.download(cloned.id, { principal: ann }), (error) =>
      isPieceworkError(error, 'artifact-not-found'),
    )
    await assert.rejects(piecework.download('nothing', { principal: ann }), (error) =>
      isPieceworkError(error, 'job-not-found'),
    )
  }))

/** Every way to an archive. */
const ways = (piecework: Piecework, { id, archive, resource }: Exported) => [
  () => piecework.download(id, { principal: ann }),
  () => piecework.import({ archive, principal: ann }),
  () => piecework.validate({ archive, principal: ann }),
  () => piecework.verify(archive, { principal: ann }),
  () => piecework.inspect(archive, { principal: ann }),
  () => piecework.diff(archive, { resource, principal: ann }),
]

for (const [when, sweepMs] of [
  ['before the sweep has been there', 60_000],
  ['after the sweep', 10],
] as const) {
  test(`what has expired is refused by every way to it, ${when}; its record remains`, () =>
    withArchive(
      async (piecework, exported, setup) => {
        if (sweepMs === 10) await gone(piecework, exported, setup)
        else assert.equal((await keys(setup.artifacts, 'archives')).length, 1)
        const jobs = (await piecework.jobs({ principal: ann })).length
        for (const way of ways(piecework, exported)) await assert.rejects(way(), isExpired)
        assert.equal((await piecework.jobs({ principal: ann })).length, jobs)
        const { job } = await piecework.job(exported.id, { principal: ann })
        assert.deepEqual(
          [job.status, job.result.archive?.digest, job.result.archive?.deletedAt !== undefined],
          ['succeeded', exported.archive.digest, sweepMs === 10],
        )
      },
      { archiveTtlMs: 0, sweepMs },
    ))
}

test('an archive that an import reads outlives its time until the import has ended', async () => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const pack = (host: Notebooks): Pack => {
    const lines = host.lines('notebook')
    const importer: typeof lines.importer = {
      import: async (context) => {
        await opened
        return (await lines.importer?.import(context)) ?? { rows: 0 }
      },
    }
    return { ...host.pack(), pieces: [{ ...lines, importer }] }
  }
  await withArchive(
    async (piecework, exported, setup) => {
      const started = new Promise((resolve) => piecework.events.once('node:started', resolve))
      const job = await piecework.import({ archive: exported.archive, principal: ann })
      assert.deepEqual((await piecework.job(job.id, { principal: ann })).job.reads, [exported.id])
      await started
      setup.host.books.delete('b1')
      await piecework.forget(exported.resource)
      await assert.rejects(piecework.download(exported.id, { principal: ann }), isExpired)
      assert.equal((await keys(setup.artifacts, 'archives')).length, 1)
      open()
      const { resource } = await job.result()
      assert.deepEqual(setup.host.books.get(resource?.id ?? '')?.lines, ['wren'])
      await gone(piecework, exported, setup)
    },
    {},
    pack,
  )
})

test('deleting a resource deletes its archives, and those of no other', () =>
  withArchive(async (piecework, exported, setup) => {
    const other = setup.host.add('b2', 'Owls', ['owl'])
    const kept = await (await piecework.export({ resource: other, principal: ann })).result()
    setup.host.books.delete('b1')
    await piecework.forget(exported.resource)
    await assert.rejects(piecework.download(exported.id, { principal: ann }), isExpired)
    assert.deepEqual(await keys(setup.artifacts, 'archives'), [kept.archive?.artifact])
    assert.ok((await piecework.job(exported.id, { principal: ann })).job.result.archive?.deletedAt)
  }))

test('an export whose resource is deleted while it runs fails, and leaves nothing', async () => {
  const slow = deaf()
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [pieceOf('slow', slow.work)] }),
    async (piecework, setup) => {
      const resource = setup.host.add('b1', 'Birds', ['wren'])
      const job = await piecework.export({ resource, principal: ann })
      await slow.begun
      setup.host.books.delete('b1')
      await piecework.forget(resource)
      slow.end()
      const { status, error, result } = (await job.ended()).job
      assert.deepEqual([status, error?.code, result], ['failed', 'resource-not-found', {}])
      assert.match(error?.message ?? '', /^The notebook b1 was deleted while it was exported\.$/)
      await assert.rejects(piecework.download(job.id, { principal: ann }), (e) =>
        isPieceworkError(e, 'artifact-not-found'),
      )
      for (const prefix of ['archives', 'jobs']) assert.deepEqual(await keys(setup.artifacts, prefix), [])
    },
    { sweepMs: 10 },
  )
})

for (const [what, deleted] of [
  ['its source', 'b1'],
  ['a resource below its source', 'c1'],
] as const) {
  test(`a clone during which ${what} is deleted fails, and leaves nothing`, async () => {
    const slow = deaf()
    const clone = async () => {
      await slow.work()
      return { rows: 0 }
    }
    await withPiecework(
      (host) => host.pack({ ...host.lines('notebook'), name: 'work/slow', cloner: { clone } }),
      async (piecework, { host }) => {
        const resource = host.add('b1', 'Birds', ['wren'])
        host.add('c1', 'Owls', ['owl'], 'b1')
        const job = await piecework.clone({ resource, principal: ann })
        await slow.begun
        host.books.delete(deleted)
        slow.end()
        const { status, error } = (await job.ended()).job
        assert.deepEqual([status, error?.code], ['failed', 'resource-not-found'])
        assert.match(error?.message ?? '', new RegExp(`${deleted} was deleted while it was cloned\\.$`))
        assert.deepEqual(
          [...host.books.keys()],
          ['b1', 'c1'].filter((id) => id !== deleted),
        )
      },
    )
  })
}

test('an archive that cannot be deleted delays no other, and is reported', async () => {
  const artifacts = memoryArtifacts()
  const errors: string[] = []
  let stuck = ''
  const failing: ArtifactStore = {
    ...artifacts,
    delete: async (key) => {
      if (key === stuck) throw new Error('no')
      await artifacts.delete(key)
    },
  }
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      piecework.events.on('error', (error) =>
        errors.push(isPieceworkError(error, 'storage') ? error.message : ''),
      )
      const ids: string[] = []
      for (const name of ['b1', 'b2']) {
        const job = await piecework.export({ resource: host.add(name, name, []), principal: ann })
        await job.result()
        ids.push(job.id)
      }
      stuck = `archives/${ids[0]}`
      await piecework.stop()
      await piecework.forget({ kind: 'notebook', id: 'b1' })
      await piecework.forget({ kind: 'notebook', id: 'b2' })
      const left = await keys(artifacts, 'archives')
      assert.deepEqual(
        left.map((key) => key.startsWith(stuck)),
        [true],
      )
      assert.match(errors.join(), /when "archives\/.*" was deleted/)
    },
    { artifacts: failing },
  )
})

test('the sweep finds archives of what is not there any more', () =>
  withArchive(
    async (piecework, exported, setup) => {
      setup.host.add('b2', 'Owls', ['owl'])
      const other = { kind: 'notebook', id: 'b2' }
      const kept = await (await piecework.export({ resource: other, principal: ann })).result()
      setup.host.books.delete('b1')
      await until('the archive to go', async () => {
        const { archive } = (await piecework.job(exported.id, { principal: ann })).job.result
        return archive?.deletedAt !== undefined
      })
      assert.deepEqual(await keys(setup.artifacts, 'archives'), [kept.archive?.artifact])
    },
    { orphanSweepMs: 20 },
  ))

test('what is kept for a retry goes when its time is over', () =>
  withPiecework(
    (host) => {
      const exporter = { export: () => Promise.reject(new Error('It broke.')) }
      return { ...host.pack(), pieces: [host.lines('notebook'), host.lines('chapter', { exporter })] }
    },
    async (piecework, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      host.add('c1', 'Nests', [], 'b1')
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.ok(job.result.retryUntil)
      await until('the entries to go', async () => (await keys(artifacts, 'jobs')).length === 0)
      assert.equal((await piecework.job(job.id, { principal: ann })).job.status, 'failed')
    },
    { retryTtlMs: 50, sweepMs: 10 },
  ))

test.run()
