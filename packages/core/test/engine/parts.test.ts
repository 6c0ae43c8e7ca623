import assert from 'node:assert/strict'
import {
  isPieceworkError,
  memoryStore,
  type Pack,
  type Piecework,
  PieceworkError,
  type ResourceRef,
} from '@piecework/core'
import { openArchive } from '@piecework/core/archive'
import type { ExportContext, Output, Piece } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, bytes, keys, type Notebooks, type Setup, withPiecework } from '../support/notebooks.js'

const test = suite('engine: parts')

interface Range {
  readonly from: number
  readonly to: number
}

/** How many lines a part has, and a call plans; what the exports did, and what goes wrong. */
interface Press {
  perPart: number
  perPlan: number
  version: number
  readonly log: string[]
  /** Called with the number of the first part that is asked for. */
  inPlan(number: number): void | Promise<void>
  /** Called by the export of each part. */
  inPart(number: number, context: ExportContext): void | Promise<void>
}

const press = (more: Partial<Press> = {}): Press => ({
  perPart: 2,
  perPlan: Number.POSITIVE_INFINITY,
  version: 1,
  log: [],
  inPlan: () => undefined,
  inPart: () => undefined,
  ...more,
})

/** Lines of notebooks, in parts where there are more than `perPart`; chapters are exported whole. */
function printed(state: Press): (host: Notebooks) => Pack {
  return (host) => {
    const lines = host.lines('notebook')
    const linesOf = ({ id }: ResourceRef) => host.books.get(id)?.lines ?? []
    const piece: Piece = {
      ...lines,
      get version() {
        return state.version
      },
      exporter: {
        parts: async ({ resource, number, from }) => {
          const { length } = linesOf(resource)
          state.log.push(number === 1 ? 'plan' : `plan from ${number} with ${from}`)
          await state.inPlan(number)
          if (length <= state.perPart) return []
          const all = Array.from({ length: Math.ceil(length / state.perPart) }, (_, at) => ({
            range: { from: at * state.perPart, to: (at + 1) * state.perPart },
          }))
          const parts = all.slice(number - 1, number - 1 + state.perPlan)
          const next = number + parts.length
          return next > all.length ? parts : { parts, more: `line ${(next - 1) * state.perPart}` }
        },
        export: async (context) => {
          const { resource, write, part } = context
          const { from, to } = (part?.range as Range) ?? { from: 0, to: 1e9 }
          state.log.push(part ? `part ${part.number} of ${part.of}` : 'whole')
          await state.inPart(part?.number ?? 0, context)
          const own = linesOf(resource).slice(from, to)
          await write('lines.csv', bytes(['text', ...own, ''].join('\n')), () => own.length)
          return { rows: own.length }
        },
      },
    }
    return { ...host.pack(), pieces: [piece, host.lines('chapter', { after: ['notebook/lines'] })] }
  }
}

const letters = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`)

async function exported(piecework: Piecework, resource: ResourceRef) {
  const report = await (await piecework.export({ resource, principal: ann })).ended()
  assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
  return { ...report, archive: report.job.result.archive ?? assert.fail('no archive') }
}

async function opened({ artifacts }: Setup, key: string) {
  const size = (await artifacts.stat(key))?.size ?? 0
  return openArchive({ size, read: (range) => artifacts.open(key, range) })
}

test('a table in parts is many nodes and entries, and one table for whoever reads it', () =>
  withPiecework(printed(press()), async (piecework, setup) => {
    const { host } = setup
    const resource = host.add('b1', 'Birds', letters(5))
    host.add('c1', 'Nests', ['twig'], 'b1')
    const { archive, nodes, counts, stages } = await exported(piecework, resource)
    assert.deepEqual(
      nodes.map(({ task, batch, part, counts: own }) => [batch, task, part?.number, own?.rows]),
      [
        [0, 'export', undefined, 1],
        [0, 'export', 1, 2],
        [0, 'export', 2, 2],
        [0, 'export', 3, 1],
        [0, 'plan', undefined, undefined],
        [1, 'assemble', undefined, undefined],
        [2, 'finish', undefined, undefined],
      ],
    )
    assert.equal(counts.rows, 6)
    assert.deepEqual(
      stages.map(({ task, nodes: all, done, rows }) => [task, all, done, rows]),
      [
        ['export', 4, 4, 6],
        ['plan', 1, 1, 0],
        ['assemble', 1, 1, 0],
        ['finish', 1, 1, 0],
      ],
    )
    const { manifest, entries } = await opened(setup, archive.artifact)
    const [chapter, book] = [...manifest.pieces].sort((a, b) => (a.name < b.name ? -1 : 1))
    assert.deepEqual([chapter?.parts, book?.parts, manifest.version], [undefined, 3, 2])
    assert.deepEqual(
      book?.entries.map(({ path, rows }) => [path, rows]),
      [
        ['lines/000001.csv', 2],
        ['lines/000002.csv', 2],
        ['lines/000003.csv', 1],
      ],
    )
    const read = entries({ resource, name: 'notebook/lines' })
    assert.deepEqual([read.paths, read.facts('lines.csv')?.rows], [['lines.csv'], 5])
    const chunks: Uint8Array[] = []
    for await (const chunk of read.open('lines.csv')) chunks.push(chunk)
    assert.equal(Buffer.concat(chunks).toString(), `text\n${letters(5).join('\n')}\n`)
    const copy = await (await piecework.import({ archive, principal: ann })).result()
    assert.deepEqual(host.books.get(copy.resource?.id ?? '')?.lines, letters(5))
    assert.equal((await piecework.verify(archive, { principal: ann })).ok, true)
    const { equal } = await piecework.diff(archive, { resource, principal: ann }, { principal: ann })
    assert.equal(equal, true, 'what is compared as a whole differs from its parts')
  }))

test('reproducible: parts give equal digests; what is not parted gives that of a piece without parts', async () => {
  const digest = async (count: number, perPart: number) =>
    withPiecework(printed(press({ perPart })), async (piecework, { host }) => {
      const { archive } = await exported(piecework, host.add('b1', 'Birds', letters(count)))
      return archive.digest
    })
  const plain = await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const { archive, nodes } = await exported(piecework, host.add('b1', 'Birds', letters(2)))
      assert.deepEqual(
        nodes.map(({ task, batch }) => [batch, task]),
        [
          [0, 'export'],
          [1, 'assemble'],
          [2, 'finish'],
        ],
      )
      return archive.digest
    },
  )
  assert.equal(await digest(2, 2), plain)
  assert.equal(await digest(5, 2), await digest(5, 2))
})

test('a part that fails is tried again by itself; the others are not', async () => {
  let left = 2
  const state = press({
    inPart: (number) => {
      if (number !== 2 || left-- <= 0) return
      throw new PieceworkError('internal', 'The paper has torn.', { retryable: true })
    },
  })
  await withPiecework(printed(state), async (piecework, { host }) => {
    const { nodes } = await exported(piecework, host.add('b1', 'Birds', letters(5)))
    assert.deepEqual([...state.log].sort(), [
      'part 1 of 3',
      'part 2 of 3',
      'part 2 of 3',
      'part 2 of 3',
      'part 3 of 3',
      'plan',
    ])
    assert.equal(nodes.find(({ part }) => part?.number === 2)?.attempt, 3)
  })
})

test('parts that are planned are exported while the piece is asked for more, and the archive is the same', async () => {
  const archiveOf = (perPlan: number) => {
    const seen = { isExported: false }
    const state = press({
      perPlan,
      inPart: () => {
        seen.isExported = true
      },
      inPlan: async (number) => {
        while (number > 1 && !seen.isExported) await new Promise((done) => setTimeout(done, 5))
      },
    })
    const work = async (piecework: Piecework, { host }: Setup) => {
      const { archive, nodes } = await exported(piecework, host.add('b1', 'Birds', letters(9)))
      const plans = state.log.filter((one) => one.startsWith('plan')).sort()
      const parts = nodes.flatMap(({ task, part }) =>
        task === 'export' && part ? [[part.number, part.of]] : [],
      )
      return { digest: archive.digest, plans, parts }
    }
    // Nothing waits for a sweep.
    return withPiecework(printed(state), work, { sweepMs: 600_000 })
  }
  const whole = await archiveOf(Number.POSITIVE_INFINITY)
  assert.deepEqual(whole.plans, ['plan'])
  assert.deepEqual(
    whole.parts,
    [1, 2, 3, 4, 5].map((number) => [number, 5]),
  )
  const inSteps = await archiveOf(2)
  assert.deepEqual(inSteps.plans, ['plan', 'plan from 3 with line 4', 'plan from 5 with line 8'])
  assert.deepEqual(inSteps.parts, [
    [1, undefined],
    [2, undefined],
    [3, undefined],
    [4, undefined],
    [5, 5],
  ])
  assert.equal(inSteps.digest, whole.digest)
})

test('a plan that fails is asked again for the same parts, and one that fails for good leaves no archive', async () => {
  let left = 2
  const state = press({
    perPlan: 2,
    inPlan: (number) => {
      if (number !== 3 || left-- <= 0) return
      throw new PieceworkError('internal', 'No paper.', { retryable: true })
    },
  })
  await withPiecework(printed(state), async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', letters(9))
    const { counts } = await exported(piecework, resource)
    assert.equal(counts.rows, 9)
    assert.deepEqual(state.log.filter((one) => one.startsWith('plan from 3')).length, 3)
    state.inPlan = (number) => {
      if (number === 5) throw new PieceworkError('internal', 'No ink.')
    }
    const { job, nodes } = await (await piecework.export({ resource, principal: ann })).ended()
    assert.deepEqual([job.status, job.error?.message], ['failed', 'No ink.'])
    assert.equal(nodes.filter(({ part, task }) => part && task === 'export').length, 4)
    state.inPlan = () => undefined
    const retried = await (await piecework.retry(job.id, { principal: ann })).ended()
    assert.equal(retried.counts.rows, 9)
    const reused = retried.nodes.flatMap(({ part, reusedFrom }) => (reusedFrom ? [part?.number] : []))
    assert.deepEqual(reused, [1, 2, 3, 4])
  })
})

const wrongPlans: Record<string, [unknown, RegExp]> = {
  'no parts, and more': [{ parts: [], more: 1 }, /says that there are more, and gives none/],
  'more that is no JSON': [{ parts: [{ range: 1 }], more: { at: new Date(0) } }, /"more" is not plain JSON/],
  'a name that is unknown': [{ parts: [{ range: 1 }], more: 1, next: 2 }, /next/],
  'a plan, and more': [{ parts: [{ range: 1 }], more: 1, plan: {} }, /plan/],
  'no list': [{ parts: 7, more: 1 }, /gives no list/],
}

for (const [what, [planned, message]] of Object.entries(wrongPlans)) {
  test(`a piece that gives ${what} fails its job`, () =>
    withPiecework(
      (host) => {
        const exporter = { export: async () => ({ rows: 0 }), parts: async () => planned as [] }
        return { ...host.pack(), pieces: [{ ...host.lines('notebook'), exporter }] }
      },
      async (piecework, { host }) => {
        const resource = host.add('b1', 'Birds', [])
        const { job } = await (await piecework.export({ resource, principal: ann })).ended()
        assert.equal(job.status, 'failed')
        assert.match(job.error?.message ?? '', message)
      },
    ))
}

test('a plan that comes behind parts without one fails its job', () =>
  withPiecework(
    (host) => {
      const exporter = {
        export: async () => ({ rows: 0 }),
        parts: async ({ number }: { number: number }) =>
          number === 1
            ? { parts: [{ range: 1 }], more: 'the rest' }
            : { plan: 'late', parts: [{ range: 2 }] },
      }
      return { ...host.pack(), pieces: [{ ...host.lines('notebook'), exporter }] }
    },
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', [])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.status, 'failed')
      assert.match(job.error?.message ?? '', /a plan behind parts that are without it/)
    },
  ))

async function withFailedParts(
  use: (piecework: Piecework, failed: string, state: Press, setup: Setup) => Promise<void>,
): Promise<void> {
  let isBroken = true
  const state = press({
    inPart: (number) => {
      if (number === 3 && isBroken) throw new PieceworkError('internal', 'The paper has torn.')
    },
  })
  await withPiecework(printed(state), async (piecework, setup) => {
    const resource = setup.host.add('b1', 'Birds', letters(6))
    const { job } = await (await piecework.export({ resource, principal: ann })).ended()
    assert.equal(job.status, 'failed')
    isBroken = false
    state.log.length = 0
    await use(piecework, job.id, state, setup)
  })
}

test('a retry takes over the parts that are done, and exports the others', () =>
  withFailedParts(async (piecework, failed, state, { artifacts }) => {
    const { job, nodes, counts } = await (await piecework.retry(failed, { principal: ann })).ended()
    assert.equal(job.status, 'succeeded')
    assert.deepEqual(state.log, ['plan', 'part 3 of 3'])
    assert.deepEqual(
      nodes.flatMap(({ part, reusedFrom }) => (reusedFrom === failed ? (part?.number ?? 0) : [])),
      [1, 2],
    )
    assert.equal(counts.rows, 6)
    assert.deepEqual(await keys(artifacts, `jobs/${job.id}`), [])
  }))

test('a retry whose plan is another one takes no part over', () =>
  withFailedParts(async (piecework, failed, state) => {
    state.perPart = 3
    const { job, nodes, counts } = await (await piecework.retry(failed, { principal: ann })).ended()
    assert.deepEqual([job.status, counts.rows], ['succeeded', 6])
    assert.deepEqual(state.log, ['plan', 'part 1 of 2', 'part 2 of 2'])
    assert.ok(nodes.every(({ reusedFrom }) => reusedFrom === undefined))
  }))

test('honest counts: parts that two versions of a piece have written make no archive', async () => {
  const state = press({
    inPart: async (number) => {
      if (number === 2) state.version = 2
    },
  })
  await withPiecework(
    printed(state),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', letters(4))
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.status, job.error?.code], ['failed', 'source-changed'])
      assert.match(job.error?.message ?? '', /versions 1 and 2/)
    },
    { runtime: inProcess({ concurrency: 1 }) },
  )
})

test('what a part asks of the store does not grow with their number', async () => {
  const callsOf = async (count: number): Promise<number> => {
    const inner = memoryStore()
    let calls = 0
    const counting = <Room extends object>(room: Room): Room =>
      Object.fromEntries(
        Object.entries(room).map(([name, method]) => [
          name,
          (...given: unknown[]) => {
            calls += 1
            return method(...given)
          },
        ]),
      ) as Room
    const store = { ...inner, attempts: counting(inner.attempts), reports: counting(inner.reports) }
    await withPiecework(
      printed(press({ perPart: 1 })),
      async (piecework, { host }) => {
        const { nodes } = await exported(piecework, host.add('b1', 'Birds', letters(count)))
        assert.equal(nodes.length, count + 3)
      },
      { store },
    )
    return calls
  }
  const [small, large] = [await callsOf(100), await callsOf(1000)]
  // It begins and ends; the rest are pages, heartbeats and sweeps.
  assert.ok((large - small) / 900 < 2.2, `${large - small} calls for 900 parts more`)
})

const refused: Record<string, [Partial<Press>, RegExp]> = {
  'a part that writes a .csv without rows': [
    { inPart: (_, { write }) => write('note.csv', Buffer.from('')) },
    /"note.csv" is no table/,
  ],
  'a part that writes what another one has written': [
    { inPart: (number, { write }) => write(number === 1 ? 'Note.json' : 'note.json', Buffer.from('{}')) },
    /"note.json" is written by parts 1 and 2/,
  ],
  'a part that counts other rows': [
    { inPart: (_, { write }) => write('more.csv', bytes('text\none\n'), () => 1) },
    /counts 2 rows/,
  ],
}

for (const [what, [broken, message]] of Object.entries(refused)) {
  test(`${what} fails its job`, () =>
    withPiecework(printed(press(broken)), async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', letters(4))
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.status, 'failed')
      assert.match(job.error?.message ?? '', message)
    }))
}

const ranges: Record<string, unknown> = {
  'a date': { at: new Date(0) },
  nothing: undefined,
  'a NUL': 'a\0b',
  'a NUL in a name': { 'a\0b': 1 },
  'half a character': ['\ud800'],
  'a bigint': 1n,
  'a number that is none': [Number.NaN],
}

test('a range may be any plain JSON, also the text of an escape', () =>
  withPiecework(
    (host) => {
      const lines = host.lines('notebook')
      const range = { text: '\\u0000 \\ud800', none: null, list: [1, 'é😀'] }
      const exporter = {
        export: async ({ part, write }: { part?: { range: unknown }; write: unknown }) => {
          await (write as (path: string, bytes: Uint8Array, rows: () => number) => Promise<void>)(
            'lines.csv',
            Buffer.from('text\n'),
            () => 0,
          )
          assert.deepEqual(part?.range, range)
          return { rows: 0 }
        },
        parts: async () => [{ range }, { range }],
      }
      return { ...host.pack(), pieces: [{ ...lines, exporter }] }
    },
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', [])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.status, 'succeeded', JSON.stringify(job.error))
    },
  ))

for (const [what, range] of Object.entries(ranges)) {
  test(`a plan whose range holds ${what} fails its job, and adds nothing`, () =>
    withPiecework(
      (host) => {
        const lines = host.lines('notebook')
        const exporter = { export: async () => ({ rows: 0 }), parts: async () => [{ range: 1 }, { range }] }
        return { ...host.pack(), pieces: [{ ...lines, exporter }] }
      },
      async (piecework, { host }) => {
        const resource = host.add('b1', 'Birds', [])
        const { job, nodes } = await (await piecework.export({ resource, principal: ann })).ended()
        assert.deepEqual([job.status, job.error?.code], ['failed', 'internal'])
        assert.match(job.error?.message ?? '', /range of part 2 is not plain JSON/)
        assert.deepEqual(
          nodes.map(({ task }) => task),
          ['plan', 'assemble', 'finish'],
        )
      },
    ))
}

test('an output reads the parts of a table as one, also by ranges', async () => {
  const whole = `text\n${letters(5).join('\n')}\n`
  const cut = [3, 21]
  const print: Output = {
    name: 'notebooks/print',
    mediaType: 'text/csv',
    fileName: () => 'lines.csv',
    assemble: async function* ({ pieces }) {
      for (const { piece, counts, entries } of pieces) {
        yield Buffer.from(`${piece}: ${counts.rows}, ${entries.paths}\n`)
        yield* entries.open('lines.csv')
        for (const [start, end] of [[0, cut[0]], cut, [cut[1], whole.length], [0, 0]] as [number, number][])
          yield* entries.open('lines.csv', { start, end })
        const beyond = async () => {
          for await (const _ of entries.open('lines.csv', { start: 0, end: whole.length + 1 }));
        }
        await assert.rejects(beyond(), (error) => isPieceworkError(error, 'options-invalid'))
      }
    },
  }
  const packOf = printed(press())
  await withPiecework(
    (host) => ({ ...packOf(host), outputs: [print] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', letters(5))
      const job = await piecework.export({ resource, principal: ann, outputs: [{ name: print.name }] })
      await job.result()
      const { bytes: made } = await piecework.download(job.id, { principal: ann })
      let text = ''
      for await (const chunk of made) text += Buffer.from(chunk).toString()
      assert.equal(text, `notebook/lines: 5, lines.csv\n${whole}${whole}`)
    },
  )
})

test.run()
