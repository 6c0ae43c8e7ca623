import assert from 'node:assert/strict'
import {
  type ArtifactStore,
  createPiecework,
  isPieceworkError,
  memoryArtifacts,
  memoryStore,
  type Pack,
  PieceworkError,
  tokens,
} from '@piecework/core'
import type { Runtime } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { container, inject, injectable } from 'tsyringe'
import { suite } from 'uvu'
import { z } from 'zod'
import { ann, keys, Notebooks, withPiecework } from '../support/notebooks.js'

const test = suite('engine: requests')

test('exports, inspects, verifies, imports and clones', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren', '"a, b"'])
      host.add('c1', 'Nests', ['twig'], 'b1')
      const exported = await piecework.export({ resource, principal: ann })
      const { archive } = await exported.result()
      assert.ok(archive)
      assert.deepEqual(await keys(artifacts, 'jobs'), [])

      const summary = await piecework.inspect(archive, { principal: ann })
      assert.equal(summary.digest, archive.digest)
      assert.deepEqual(
        summary.pieces.map(({ name, rows }) => [name, rows]),
        [
          ['notebook/lines', 2],
          ['chapter/lines', 1],
        ],
      )
      const { ok, entries, rows } = await piecework.verify(archive, { principal: ann })
      assert.deepEqual([ok, entries, rows], [true, 2, 3])

      const imported = await (await piecework.import({ archive, principal: { id: 'ben' } })).result()
      const cloned = await (await piecework.clone({ resource, principal: ann })).result()
      for (const [made, name] of [
        [imported.resource, ''],
        [cloned.resource, 'Birds - copy'],
      ] as const) {
        const book = host.books.get(made?.id ?? '')
        assert.deepEqual([book?.lines, book?.name], [['wren', 'a, b'], name])
        const [chapter] = [...host.books.values()].filter((one) => one.parent === made?.id)
        assert.deepEqual(chapter?.lines, ['twig'])
      }
      assert.equal(host.books.get(imported.resource?.id ?? '')?.owner, 'ben')

      const report = await piecework.job(exported.id, { principal: ann })
      assert.deepEqual(report.counts, { rows: 3, skipped: 0 })
      assert.deepEqual(
        report.job.changes.map((change) => change.status),
        ['pending', 'submitted', 'running', 'ending', 'succeeded'],
      )
      const kinds = (await piecework.jobs({ principal: ann, resource })).map((job) => job.kind)
      assert.deepEqual(kinds, ['clone', 'export'])
    },
  )
})

test('reproducible: the same content exported twice has the same digest', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren', 'owl'])
      const one = await (await piecework.export({ resource, principal: ann })).result()
      const two = await (await piecework.export({ resource, principal: { id: 'ben' } })).result()
      assert.equal(one.archive?.digest, two.archive?.digest)
      host.books.get('b1')?.lines.push('kite')
      const three = await (await piecework.export({ resource, principal: ann })).result()
      assert.notEqual(three.archive?.digest, one.archive?.digest)
    },
  )
})

test('chosen children go along, unknown ones are an error; pieces can be left out', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const first = host.add('c1', 'Nests', ['twig'], 'b1')
      host.add('c2', 'Eggs', ['white'], 'b1')
      const { archive } = await (
        await piecework.export({ resource, principal: ann, children: [first] })
      ).result()
      assert.ok(archive)
      const { tree } = await piecework.inspect(archive, { principal: ann })
      assert.deepEqual(tree.children, [{ kind: 'chapter', id: 'c1', children: [] }])

      const ghost = { kind: 'chapter', id: 'c9' }
      await assert.rejects(
        piecework.export({ resource, principal: ann, children: [ghost] }),
        /holds no chapter:c9/,
      )

      const bare = await (
        await piecework.export({ resource, principal: ann, without: ['chapter/lines'] })
      ).result()
      assert.ok(bare.archive)
      const { pieces } = await piecework.inspect(bare.archive, { principal: ann })
      assert.deepEqual(
        pieces.map(({ name }) => name),
        ['notebook/lines'],
      )
    },
  )
})

test('a child is exported alone, goes into a parent, and is cloned beside its source', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      host.add('b1', 'Birds', ['wren'])
      const other = host.add('b2', 'Fish', [])
      const chapter = host.add('c1', 'Nests', ['twig'], 'b1')
      const { archive } = await (await piecework.export({ resource: chapter, principal: ann })).result()
      assert.ok(archive)
      await assert.rejects(piecework.import({ archive, principal: ann }), /goes into a notebook/)
      const { resource } = await (await piecework.import({ archive, principal: ann, into: other })).result()
      assert.equal(host.books.get(resource?.id ?? '')?.parent, 'b2')
      const clone = await (await piecework.clone({ resource: chapter, principal: ann, name: 'Two' })).result()
      const copy = host.books.get(clone.resource?.id ?? '')
      assert.deepEqual([copy?.parent, copy?.name, copy?.lines], ['b1', 'Two', ['twig']])
    },
  )
})

test('what cannot be done is refused before anything is stored', async () => {
  const refused = { allows: async () => false }
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host, artifacts, store }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const is = (code: PieceworkError['code']) => (error: unknown) => isPieceworkError(error, code)
      const ghost = { kind: 'notebook', id: 'b9' }
      await assert.rejects(piecework.export({ resource: ghost, principal: ann }), is('resource-not-found'))
      await assert.rejects(
        piecework.export({ resource, principal: ann, without: ['a/b'] }),
        is('options-invalid'),
      )
      await assert.rejects(
        piecework.export({ resource, principal: ann, options: { 'a/b': {} } }),
        is('options-invalid'),
      )
      const strange = { stream: strangeBytes() }
      await assert.rejects(piecework.import({ archive: strange, principal: ann }), is('archive-invalid'))
      await assert.rejects(
        piecework.import({ format: 'tarot', uploads: {}, principal: ann }),
        is('options-invalid'),
      )
      assert.deepEqual(await keys(artifacts, 'jobs'), [])
      assert.deepEqual(await piecework.jobs({ principal: ann }), [])
      await store.guard.checkEditable('notebook:b1')
      await assert.rejects(piecework.job('none', { principal: ann }), is('job-not-found'))
    },
  )
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      await assert.rejects(piecework.export({ resource, principal: ann }), (error) =>
        isPieceworkError(error, 'resource-not-found'),
      )
    },
    { access: refused },
  )
})

async function* strangeBytes() {
  yield Buffer.from('this is no zip')
}

test('one moment: without a claim several pieces are not read where the store can hold no moment', async () => {
  const { moments: _, ...store } = memoryStore()
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      host.add('c1', 'Nests', ['twig'], 'b1')
      const request = { resource, principal: ann, claim: false }
      await assert.rejects(piecework.export(request), (error) => {
        assert.ok(isPieceworkError(error, 'unsupported'))
        assert.match(error.message, /several pieces at one moment/)
        return true
      })
      assert.deepEqual(await store.jobs.list({}), [])
      await (await piecework.export({ ...request, children: [] })).result()
      await (await piecework.export({ resource, principal: ann })).result()
    },
    { store },
  )
})

test("a piece's options are parsed at the request and reach it", async () => {
  const seen: unknown[] = []
  await withPiecework(
    (host) => ({
      ...host.pack(),
      pieces: [
        host.lines('notebook', {
          options: z.object({ deep: z.boolean().default(true) }).strict(),
          applies: async ({ options }) => {
            seen.push(options)
            return true
          },
        }),
      ],
    }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      await (await piecework.export({ resource, principal: ann })).result()
      const options = { 'notebook/lines': { deep: false } }
      await (await piecework.export({ resource, principal: ann, options })).result()
      assert.deepEqual(seen, [{ deep: true }, { deep: false }])
      const wrong = { 'notebook/lines': { depth: 1 } }
      await assert.rejects(
        piecework.export({ resource, principal: ann, options: wrong }),
        /options of piece "notebook\/lines"/,
      )
    },
  )
})

test('an archive of an unknown piece, of a newer version, and of an older one with an upgrade', async () => {
  const artifacts = memoryArtifacts()
  let archive = { artifact: '' }
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [host.lines('notebook', { version: 2 })] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const done = await (await piecework.export({ resource, principal: ann })).result()
      archive = { artifact: done.archive?.artifact ?? '' }
    },
    { artifacts },
  )
  const attempt = (pieces: (host: Notebooks) => ReturnType<Notebooks['lines']>[]) =>
    withPiecework(
      (host) => ({ ...host.pack(), pieces: pieces(host) }),
      async (piecework, { host }) => {
        const { resource } = await (await piecework.import({ archive, principal: ann })).result()
        return host.books.get(resource?.id ?? '')?.lines
      },
      { artifacts },
    )
  await assert.rejects(
    attempt(() => []),
    (error) => isPieceworkError(error, 'piece-unknown'),
  )
  await assert.rejects(
    attempt((host) => [host.lines('notebook')]),
    (error) => isPieceworkError(error, 'archive-newer'),
  )
  await assert.rejects(
    attempt((host) => [host.lines('notebook', { version: 3 })]),
    /no longer reads its version 2/,
  )
  const upgraded = await attempt((host) => [
    host.lines('notebook', {
      version: 3,
      upgrades: {
        2: (entries) => ({
          ...entries,
          rows: async function* (path) {
            for await (const rows of entries.rows(path))
              yield rows.map((row) => ({ text: `old ${row.text}` }))
          },
        }),
      },
    }),
  ])
  assert.deepEqual(upgraded, ['old wren'])
})

test('an error that may pass is tried again, another is not; a stopped worker gives back what it holds', async () => {
  for (const [retryable, expected] of [
    [true, 3],
    [false, 1],
  ] as const) {
    let tries = 0
    const exporter = {
      export: async () => {
        tries += 1
        throw new PieceworkError('test/busy', 'Busy.', { retryable })
      },
    }
    await withPiecework(
      (host) => ({ ...host.pack(), pieces: [host.lines('notebook', { exporter })] }),
      async (piecework, { host }) => {
        const resource = host.add('b1', 'Birds', ['wren'])
        const { job } = await (await piecework.export({ resource, principal: ann })).ended()
        assert.equal(job.error?.code, 'test/busy')
        assert.equal(tries, expected)
      },
    )
  }
})

test('a job outlives the worker that was stopped in the middle of it', async () => {
  const host = new Notebooks()
  const resource = host.add('b1', 'Birds', ['wren'])
  const shared = { store: memoryStore(), artifacts: memoryArtifacts(), backoffMs: 5 }
  const worker = (runtime: Runtime, hang: boolean) => {
    const own = host.lines('notebook')
    const exporter: typeof own.exporter = {
      export: async (context) => {
        if (hang)
          await new Promise((_, reject) =>
            context.signal.addEventListener('abort', () => reject(context.signal.reason)),
          )
        return own.exporter?.export(context) ?? { rows: 0 }
      },
    }
    return createPiecework({
      ...shared,
      runtime,
      packs: [{ ...host.pack(), pieces: [{ ...own, exporter }] }],
    })
  }
  const first = worker(inProcess(), true)
  await first.start()
  const job = await first.export({ resource, principal: ann })
  for await (const { job: now } of job.watch()) if (now.status === 'running') break
  await first.stop()
  const second = worker(inProcess(), false)
  await second.start()
  try {
    for await (const { job: now } of second.watch(job.id, { principal: ann }))
      if (now.status === 'succeeded') assert.ok(now.result.archive)
    assert.equal((await second.job(job.id, { principal: ann })).job.status, 'succeeded')
  } finally {
    await second.stop()
  }
})

test("classes are constructed by a child of the host's container, with its parts and ours", async () => {
  const host = container.createChildContainer()
  host.register('greeting', { useValue: 'from the host' })
  const seen: unknown[] = []
  class OwnPack implements Pack {
    readonly name = 'own'
    readonly kinds: NonNullable<Pack['kinds']>
    readonly pieces: NonNullable<Pack['pieces']>
    constructor(greeting: string, artifacts: ArtifactStore) {
      seen.push(greeting, artifacts)
      const own = books.pack()
      this.kinds = own.kinds ?? []
      this.pieces = own.pieces ?? []
    }
  }
  inject('greeting')(OwnPack, undefined, 0)
  inject(tokens.artifacts)(OwnPack, undefined, 1)
  injectable()(OwnPack)
  const books = new Notebooks()
  const artifacts = memoryArtifacts()
  const piecework = createPiecework({ packs: [OwnPack], artifacts, runtime: inProcess(), container: host })
  await piecework.start()
  try {
    const resource = books.add('b1', 'Birds', ['wren'])
    await (await piecework.export({ resource, principal: ann })).result()
    assert.deepEqual(seen, ['from the host', artifacts])
    assert.equal(host.isRegistered(tokens.store), false)
  } finally {
    await piecework.stop()
  }
})

test.run()
