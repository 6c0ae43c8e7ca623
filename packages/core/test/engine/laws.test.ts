import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { isPieceworkError, PieceworkError } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import type { Runtime } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, bytes, keys, type Notebooks, withPiecework } from '../support/notebooks.js'

const test = suite('engine: laws')

/** A piece that only reports when it runs. */
const marker = (name: string, log: string[], more: Partial<Piece> = {}): Piece => ({
  contract: 1,
  name,
  of: 'notebook',
  version: 1,
  exporter: {
    export: async ({ write }) => {
      await write('mark.json', bytes('{}'))
      return { rows: 0 }
    },
  },
  importer: {
    import: async () => {
      log.push(name)
      return { rows: 0 }
    },
  },
  ...more,
})

const archiveOf = async (piecework: Parameters<Parameters<typeof withPiecework>[1]>[0], host: Notebooks) => {
  const book = host.add('b1', 'Birds', ['wren', 'owl'])
  host.add('c1', 'Nests', ['twig'], 'b1')
  const { archive } = await (await piecework.export({ resource: book, principal: ann })).result()
  assert.ok(archive)
  return { artifact: archive.artifact }
}

test('order: when a node fails the rest of its batch runs to its end, no later batch starts, and the job fails', async () => {
  const log: string[] = []
  const failing = {
    import: async () => {
      throw new PieceworkError('test/broken', 'The first one breaks.')
    },
  }
  const slow = {
    import: async () => {
      await new Promise((resolve) => setTimeout(resolve, 30))
      log.push('test/slow')
      return { rows: 0 }
    },
  }
  await withPiecework(
    (host) =>
      host.pack(
        marker('test/broken', log, { importer: failing }),
        marker('test/slow', log, { importer: slow }),
        marker('test/later', log, { after: ['test/broken'] }),
      ),
    async (piecework, { host }) => {
      const job = await piecework.import({ archive: await archiveOf(piecework, host), principal: ann })
      const { job: end, nodes } = await job.ended()
      assert.equal(end.status, 'failed')
      assert.deepEqual(log, ['test/slow'])
      assert.equal(end.error?.code, 'test/broken')
      assert.equal(end.error?.message, 'The first one breaks.')
      assert.match(end.error?.node ?? '', /^import notebook:b1 test\/broken$/)
      assert.equal(
        nodes.find((node) => node.piece === 'test/later' && node.task === 'import')?.status,
        'skipped',
      )
    },
  )
})

test('all problems at once: every validator runs before anything is written, and all problems come in one report', async () => {
  const log: string[] = []
  const sees = (name: string, severity: 'error' | 'warning'): Partial<Piece> => ({
    validators: [
      {
        async *validate() {
          log.push(`validate ${name}`)
          yield { severity, code: `test/${severity}`, message: `${name} is odd.` }
          yield { severity: 'warning', code: 'test/second', message: `${name} is odder.` }
        },
      },
    ],
  })
  await withPiecework(
    (host) =>
      host.pack(
        marker('test/one', log, sees('one', 'error')),
        marker('test/two', log, { after: ['test/one'], ...sees('two', 'error') }),
        marker('test/three', log, sees('three', 'warning')),
      ),
    async (piecework, { host }) => {
      const archive = await archiveOf(piecework, host)
      const before = host.books.size
      const { job, findings } = await (await piecework.import({ archive, principal: ann })).ended()
      assert.equal(job.error?.code, 'validation-failed')
      assert.deepEqual(log.sort(), ['validate one', 'validate three', 'validate two'])
      assert.deepEqual(
        findings
          .filter(({ severity }) => severity === 'error')
          .map(({ piece, message }) => `${piece}: ${message}`)
          .sort(),
        ['test/one: one is odd.', 'test/two: two is odd.'],
      )
      assert.equal(findings.length, 6)
      assert.equal(host.books.size, before)

      const dry = await (await piecework.validate({ archive, principal: ann })).ended()
      assert.equal(dry.job.status, 'failed')
      assert.deepEqual(
        new Set(dry.findings.map(({ message }) => message)),
        new Set(findings.map(({ message }) => message)),
      )
      assert.equal(host.books.size, before)
    },
  )
})

test('all problems at once: warnings do not refuse a job', async () => {
  const warns = {
    validators: [
      {
        async *validate() {
          yield { severity: 'warning' as const, code: 'test/odd', message: 'Odd.' }
        },
      },
    ],
  }
  await withPiecework(
    (host) => host.pack(marker('test/one', [], warns)),
    async (piecework, { host }) => {
      const job = await piecework.import({ archive: await archiveOf(piecework, host), principal: ann })
      const { job: end, findings } = await job.ended()
      assert.equal(end.status, 'succeeded')
      assert.equal(findings.length, 1)
    },
  )
})

test('nothing half-made: what an import makes is invisible until it succeeds', async () => {
  const seen: boolean[] = []
  await withPiecework(
    (host) =>
      host.pack(
        marker('test/look', [], {
          after: ['notebook/lines'],
          importer: {
            import: async ({ resource }) => {
              seen.push(host.books.get(resource.id)?.visible ?? true)
              return { rows: 0 }
            },
          },
        }),
      ),
    async (piecework, { host }) => {
      const job = await piecework.import({
        archive: await archiveOf(piecework, host),
        principal: ann,
        name: 'Back',
      })
      const { resource } = await job.result()
      assert.deepEqual(seen, [false])
      const book = host.books.get(resource?.id ?? '')
      assert.deepEqual([book?.visible, book?.name, book?.lines], [true, 'Back', ['wren', 'owl']])
    },
  )
})

for (const how of ['failed', 'cancelled'] as const) {
  test(`nothing half-made: a ${how} import or clone leaves no resource, no file and no claim`, async () => {
    await withPiecework(
      (host) =>
        host.pack(
          marker('test/end', [], {
            after: ['notebook/lines'],
            importer: {
              import: async ({ signal }) => {
                if (how === 'failed') throw new PieceworkError('test/broken', 'Broken.')
                await new Promise((_, reject) =>
                  signal.addEventListener('abort', () => reject(signal.reason)),
                )
                return { rows: 0 }
              },
            },
          }),
        ),
      async (piecework, { host, artifacts, store }) => {
        const archive = await archiveOf(piecework, host)
        const before = [...host.books.keys()]
        for (const ask of [
          () => piecework.import({ archive, principal: ann }),
          () => piecework.clone({ resource: { kind: 'notebook', id: 'b1' }, principal: ann }),
        ]) {
          const job = await ask()
          if (how === 'cancelled') {
            for await (const { running } of job.watch()) {
              if (running.some(({ piece, task }) => piece === 'test/end' && task !== 'validate')) break
            }
            await job.cancel()
          }
          const { job: end } = await job.ended()
          assert.equal(end.status, how)
          assert.deepEqual([...host.books.keys()], before)
          assert.deepEqual(await keys(artifacts, 'jobs'), [])
          if (end.target) await store.guard.checkEditable(`notebook:${end.target.id}`)
          await store.guard.checkEditable('notebook:b1')
          await assert.rejects(job.result(), (error) =>
            isPieceworkError(error, how === 'failed' ? 'test/broken' : 'cancelled'),
          )
        }
      },
    )
  })
}

test('exactly once: a runtime that runs every task twice has each effect once', async () => {
  const inner = inProcess({ concurrency: 4 })
  const doubling: Runtime = {
    start: (handle) => inner.start(handle),
    submit: async (tasks, options) => {
      await inner.submit([...tasks, ...tasks], options)
      await inner.submit(tasks, { delayMs: 10 })
    },
    stop: (options) => inner.stop(options),
  }
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const archive = await archiveOf(piecework, host)
      const { resource } = await (await piecework.import({ archive, principal: ann })).result()
      assert.deepEqual(host.books.get(resource?.id ?? '')?.lines, ['wren', 'owl'])
      assert.equal(host.books.size, 4)
    },
    { runtime: doubling },
  )
})

test('exclusion: of a thousand racing exports one is admitted, and the resource is free once it has ended', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const asked = await Promise.allSettled(
        Array.from({ length: 1000 }, () => piecework.export({ resource, principal: ann })),
      )
      const admitted = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      assert.equal(admitted.length, 1)
      for (const one of asked) {
        if (one.status === 'fulfilled') continue
        assert.ok(isPieceworkError(one.reason, 'resource-busy'))
        assert.equal(one.reason.facts.holder, admitted[0]?.id)
        assert.equal(one.reason.facts.kind, 'export')
      }
      await admitted[0]?.result()
      await (await piecework.export({ resource, principal: ann })).result()
    },
  )
})

test('exclusion: an edit is refused while a job holds the resource, and a job while an edit does', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      await piecework.guard.edit(resource, async () => {
        await assert.rejects(piecework.export({ resource, principal: ann }), (error) =>
          isPieceworkError(error, 'resource-busy'),
        )
        await piecework.guard.edit('notebook:b1/chapter:c', () => setImmediate())
      })
      const claim = await piecework.guard.claim(['notebook:b1'], { id: 'run 7', kind: 'solver-run' })
      await assert.rejects(
        piecework.guard.edit('notebook:b1', () => setImmediate()),
        /held by solver-run run 7/,
      )
      await claim.release()
      await (await piecework.export({ resource, principal: ann })).result()
    },
  )
})

test('honest counts: a job that lost a row does not succeed, nor one that skips without saying so', async () => {
  for (const counts of [{ rows: 1 }, { rows: 1, skipped: 1 }, { rows: 3 }]) {
    const importer = { import: async () => counts }
    await withPiecework(
      (host) => ({
        ...host.pack(),
        pieces: [host.lines('notebook', { importer }), host.lines('chapter')],
      }),
      async (piecework, { host }) => {
        const before = await archiveOf(piecework, host)
        const { job } = await (await piecework.import({ archive: before, principal: ann })).ended()
        assert.equal(job.status, 'failed')
        assert.equal(job.error?.code, 'counts-differ')
      },
    )
  }
})

test('honest counts: an exporter that counts other than it writes fails', async () => {
  const exporter: Piece['exporter'] = {
    export: async ({ write }) => {
      await write('lines.csv', bytes('text\na\n'), () => 1)
      return { rows: 2 }
    },
  }
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [host.lines('notebook', { exporter })] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.error?.code, 'counts-differ')
    },
  )
})

test.run()
