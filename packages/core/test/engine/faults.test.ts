import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ArtifactStore,
  createPiecework,
  type Finding,
  isPieceworkError,
  memoryArtifacts,
  memoryStore,
  type Pack,
  PieceworkError,
} from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import type { Runtime, Task } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, keys, Notebooks, withPiecework } from '../support/notebooks.js'

const test = suite('engine: faults')

const refusing = (validate: () => AsyncIterable<Omit<Finding, 'piece'>>) => ({ validators: [{ validate }] })

/** Exports one book with one chapter and imports it again. */
async function imported(pack: (host: Notebooks) => Pack) {
  return withPiecework(pack, async (piecework, { host, artifacts }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    const { archive } = await (await piecework.export({ resource, principal: ann })).result()
    assert.ok(archive)
    const report = await (await piecework.import({ archive, principal: ann })).ended()
    return { ...report, books: host.books.size, files: await keys(artifacts, 'jobs') }
  })
}

test('an error that may pass does not undo a finished import', async () => {
  let failures = 0
  const { job } = await imported((host) => {
    const pack = host.pack()
    const [kind, ...others] = pack.kinds ?? []
    assert.ok(kind?.shell)
    const ready: NonNullable<typeof kind.shell>['ready'] = async () => {
      failures += 1
      if (failures === 1) throw Object.assign(new Error('serialization failure'), { code: '40001' })
    }
    return { ...pack, kinds: [{ ...kind, shell: { ...kind.shell, ready } }, ...others] }
  })
  assert.equal(job.status, 'succeeded')
  assert.equal(failures, 2)
})

test('a job whose request never heard that it was stored keeps its uploads and runs', async () => {
  const inner = memoryStore()
  let lost = 0
  const create: typeof inner.jobs.create = async (job, tx) => {
    const stored = await inner.jobs.create(job, tx)
    if (job.kind !== 'import') return stored
    lost += 1
    throw new PieceworkError('database', 'The connection was lost.', { retryable: true })
  }
  const store = { ...inner, jobs: { ...inner.jobs, create } }
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { archive } = await (await piecework.export({ resource, principal: ann })).result()
      assert.ok(archive)
      const request = { archive: { stream: artifacts.open(archive.artifact) }, principal: ann }
      await assert.rejects(piecework.import(request), (error) => isPieceworkError(error, 'database'))
      assert.equal(lost, 1)
      const [job] = await piecework.jobs({ principal: ann })
      assert.equal(job?.kind, 'import')
      for await (const _ of piecework.watch(job?.id ?? '', { principal: ann }));
      const report = await piecework.job(job?.id ?? '', { principal: ann })
      assert.equal(report.job.status, 'succeeded')
      assert.equal(report.counts.rows, 1)
    },
    { store, sweepMs: 20 },
  )
})

test('all problems at once: an error is reported also after a thousand warnings', async () => {
  async function* validate() {
    for (let i = 0; i < 1500; i++)
      yield { severity: 'warning' as const, code: 'test/odd', message: `Odd ${i}.` }
    yield { severity: 'error' as const, code: 'test/wrong', message: 'Wrong.' }
  }
  const { job, findings } = await imported((host) => ({
    ...host.pack(),
    pieces: [host.lines('notebook', refusing(validate))],
  }))
  assert.equal(job.error?.code, 'validation-failed')
  assert.equal(findings[0]?.message, 'Wrong.')
})

test('all problems at once: a validator that cannot go on does not silence the others', async () => {
  const validator = (message: string) => ({
    // biome-ignore lint/correctness/useYield: it fails before it has anything to yield
    async *validate(): AsyncIterable<Omit<Finding, 'piece'>> {
      throw new PieceworkError('archive-invalid', message, { facts: { entry: 'lines.csv' } })
    },
  })
  const { job, findings, books, files } = await imported((host) => ({
    ...host.pack(),
    pieces: [host.lines('notebook', { validators: [validator('One.'), validator('Two.')] })],
  }))
  assert.equal(job.error?.code, 'validation-failed')
  assert.deepEqual(
    findings.map(({ message, file, code }) => [message, file, code]),
    [
      ['One.', 'lines.csv', 'core/archive-invalid'],
      ['Two.', 'lines.csv', 'core/archive-invalid'],
    ],
  )
  assert.deepEqual([books, files], [1, []])
})

test('hostile archives: every checksum is compared before anything is written, also where a validator reads the start only', async () => {
  const log: string[] = []
  const artifacts = memoryArtifacts()
  await withPiecework(
    (host) => ({
      ...host.pack(),
      pieces: [
        host.lines('notebook', {
          validators: [
            {
              // biome-ignore lint/correctness/useYield: it finds nothing wrong
              async *validate({ entries }) {
                for await (const _ of entries.open('lines.csv')) break
              },
            },
          ],
          importer: {
            import: async () => {
              log.push('imported')
              return { rows: 0 }
            },
          },
        }),
      ],
    }),
    async (piecework, { host }) => {
      const text = Array.from({ length: 50_000 }, (_, i) => `line ${i} ${Math.sin(i)}`)
      const resource = host.add('b1', 'Birds', text)
      const { archive } = await (await piecework.export({ resource, principal: ann })).result()
      assert.ok(archive)
      await putDamaged(artifacts, archive.artifact)
      const { job } = await (
        await piecework.import({ archive: { artifact: 'damaged' }, principal: ann })
      ).ended()
      assert.equal(job.status, 'failed')
      assert.match(job.error?.code ?? '', /^archive-/)
      assert.deepEqual(log, [])
      assert.equal(host.books.size, 1)
    },
    { artifacts },
  )
})

for (const [what, reads, expected] of [
  ['read in part', true, 2],
  ['not read', false, 1],
] as const)
  test(`all problems at once: an entry that is refused, ${what}, is ${reads ? '' : 'not '}read to its end`, async () => {
    const artifacts = memoryArtifacts()
    await withPiecework(
      (host) => ({
        ...host.pack(),
        pieces: [
          host.lines('notebook', {
            validators: [
              {
                async *validate({ entries }) {
                  yield { severity: 'error', code: 'test/odd', file: 'lines.csv', message: 'It is odd.' }
                  if (reads) for await (const _ of entries.open('lines.csv')) break
                },
              },
            ],
          }),
        ],
      }),
      async (piecework, { host }) => {
        const text = Array.from({ length: 50_000 }, (_, i) => `line ${i}`)
        const resource = host.add('b1', 'Birds', text)
        const { archive } = await (await piecework.export({ resource, principal: ann })).result()
        await putDamaged(artifacts, archive?.artifact ?? '')
        const { findings } = await (
          await piecework.validate({ archive: { artifact: 'damaged' }, principal: ann })
        ).ended()
        assert.equal(findings.length, expected)
        assert.match(findings.map(({ code }) => code).join(), /^test\/odd(?:,core\/archive-\w+)?$/)
      },
      { artifacts },
    )
  })

/** As `damaged`, with a byte in its middle that is another one. */
async function putDamaged(artifacts: ArtifactStore, artifact: string): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of artifacts.open(artifact)) chunks.push(chunk)
  const zip = Buffer.concat(chunks)
  const at = zip.length >> 1
  zip[at] = (zip[at] ?? 0) ^ 0xff
  await artifacts.put('damaged', bytesOf(zip))
}

async function* bytesOf(buffer: Buffer): AsyncIterable<Uint8Array> {
  yield buffer
}

test('exclusion: what changed between the look and the claim refuses the job, and holds nothing', async () => {
  await withPiecework(
    (host) => {
      const pack = host.pack()
      const [book, chapter] = pack.kinds ?? []
      assert.ok(book && chapter)
      let looks = 0
      const listUnder: typeof chapter.listUnder = async (parent, db) => {
        looks += 1
        if (looks === 2) host.add('c2', 'Late', [], 'b1')
        return (await chapter.listUnder?.(parent, db)) ?? []
      }
      return { ...pack, kinds: [book, { ...chapter, listUnder }] }
    },
    async (piecework, { host, store }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      await assert.rejects(piecework.export({ resource, principal: ann }), (error) => {
        return isPieceworkError(error, 'resource-busy') && error.retryable
      })
      const [job] = await piecework.jobs({ principal: ann })
      if (job) for await (const _ of piecework.watch(job.id, { principal: ann }));
      await store.guard.checkEditable('notebook:b1')
      const { archive } = await (await piecework.export({ resource, principal: ann })).result()
      assert.equal(
        (await piecework.inspect(archive ?? { artifact: '' }, { principal: ann })).tree.children.length,
        1,
      )
    },
  )
})

test('what no database keeps in a text does not keep a job from ending', async () => {
  async function* validate() {
    yield {
      severity: 'error' as const,
      code: 'test/wrong',
      message: 'a\0b \ud83d',
      column: '\0',
      file: 'x\ud83d',
    }
  }
  const { findings } = await imported((host) => ({
    ...host.pack(),
    pieces: [host.lines('notebook', refusing(validate))],
  }))
  assert.deepEqual(
    [findings[0]?.message, findings[0]?.column, findings[0]?.file],
    ['a\ufffdb \ufffd', '\ufffd', 'x\ufffd'],
  )
})

test('an error of the file system is reported in words, with its code and without its text', async () => {
  const artifacts = memoryArtifacts()
  const full: typeof artifacts = {
    ...artifacts,
    put: async () => {
      throw Object.assign(new Error('no space left on /secret/path'), { code: 'ENOSPC' })
    },
  }
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.error?.code, job.status], ['storage', 'failed'])
      assert.match(job.error?.message ?? '', /is full \(ENOSPC\)/)
      assert.doesNotMatch(JSON.stringify(job), /secret/)
    },
    { artifacts: full },
  )
})

test('a file that is not there is reported as such', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework) => {
      const archive = { file: '/nowhere/at/all.zip' }
      for (const ask of [
        () => piecework.import({ archive, principal: ann }),
        () => piecework.verify(archive, { principal: ann }),
        () => piecework.inspect(archive, { principal: ann }),
      ]) {
        await assert.rejects(ask(), (error) => isPieceworkError(error, 'input-incomplete'))
      }
    },
  )
})

test('a node that kills its workers is given up, and the job ends', async () => {
  const host = new Notebooks()
  const store = memoryStore({ leaseMs: 1 })
  const piecework = createPiecework({ packs: [host.pack()], store, runtime: inProcess(), backoffMs: 1 })
  const job = await piecework.export({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
  const [node] = await store.reports.nodes(job.id)
  for (let death = 0; death < 4; death++) {
    await store.attempts.begin({ job: job.id, node: node?.id ?? '', attempt: 1 }, `worker ${death}`)
    await sleep(5)
  }
  await piecework.start()
  try {
    const { job: end } = await job.ended()
    assert.equal(end.status, 'failed')
    assert.match(end.error?.message ?? '', /4 workers have died/)
  } finally {
    await piecework.stop()
  }
})

test('what a runtime refuses holds up nothing else, and is submitted by the sweep', async () => {
  const inner = inProcess()
  let refused = ''
  const moody: Runtime = {
    start: (handle) => inner.start(handle),
    submit: async (tasks: readonly Task[], options) => {
      const [first] = tasks
      if (!refused && first) {
        refused = first.job
        throw new Error('not now')
      }
      await inner.submit(tasks, options)
    },
    stop: (options) => inner.stop(options),
  }
  const errors: unknown[] = []
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      piecework.events.on('error', (error) => errors.push(error))
      const one = await piecework.export({ resource: host.add('b1', 'One', ['wren']), principal: ann })
      const two = await piecework.export({ resource: host.add('b2', 'Two', ['owl']), principal: ann })
      await Promise.all([one.result(), two.result()])
      assert.equal(refused, one.id)
      assert.equal(errors.length, 1)
    },
    { runtime: moody, sweepMs: 20 },
  )
})

test('each status is emitted once', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const statuses: string[] = []
      piecework.events.on('job:status', ({ status }) => statuses.push(status))
      const job = await piecework.export({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
      await job.result()
      await job.cancel()
      assert.deepEqual(statuses, ['submitted', 'running', 'ending', 'succeeded'])
    },
  )
})

test('an edit is refused under a path that protects nothing', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      host.add('b1', 'Birds', ['wren'])
      const chapter = host.add('c1', 'Nests', ['twig'], 'b1')
      for (const path of ['b1', 'chapter:c1', 'notebook:b1/', 'planet:1', 'notebook:']) {
        await assert.rejects(
          piecework.guard.edit(path, async () => undefined),
          (error) => isPieceworkError(error, 'options-invalid'),
          path,
        )
      }
      const claim = await piecework.guard.claim(['notebook:b1'], { id: '1', kind: 'test' })
      await assert.rejects(
        piecework.guard.edit(chapter, async () => undefined),
        /notebook:b1\/chapter:c1 is held/,
      )
      await claim.release()
      assert.equal(await piecework.guard.edit(chapter, async () => 'done'), 'done')
    },
  )
})

test('what an exporter writes is checked as it writes', async () => {
  const cases: [path: string, rows: (() => number) | undefined, message: RegExp][] = [
    ['Foto für.jpg', undefined, /the entry "Foto für.jpg" has characters/],
    ['photo.jpg', () => 1, /the entry "photo.jpg" has rows, which only a .csv has/],
    ['../up.csv', undefined, /leaves its folder/],
  ]
  for (const [path, rows, message] of cases) {
    const exporter = {
      export: async ({ write }: Parameters<NonNullable<Piece['exporter']>['export']>[0]) => {
        await write(path, Buffer.from('x'), rows)
        return { rows: 0 }
      },
    }
    await withPiecework(
      (host) => ({ ...host.pack(), pieces: [host.lines('notebook', { exporter })] }),
      async (piecework, { host }) => {
        const resource = host.add('b1', 'Birds', ['wren'])
        const { job } = await (await piecework.export({ resource, principal: ann })).ended()
        assert.match(job.error?.message ?? '', message)
      },
    )
  }
})

test('bytes are written as they are', async () => {
  const exporter: Piece['exporter'] = {
    export: async ({ write }) => {
      await write('photo.jpg', Buffer.from('hello world'))
      return { rows: 0 }
    },
  }
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [host.lines('notebook', { exporter })] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { archive } = await (await piecework.export({ resource, principal: ann })).result()
      assert.equal((await piecework.verify(archive ?? { artifact: '' }, { principal: ann })).bytes, 11)
    },
  )
})

test('waiting can be given up', async () => {
  const host = new Notebooks()
  const piecework = createPiecework({ packs: [host.pack()], runtime: inProcess() })
  const job = await piecework.export({ resource: host.add('b1', 'Birds', []), principal: ann })
  await assert.rejects(job.result(AbortSignal.timeout(20)), { name: 'TimeoutError' })
})

test.run()
