import assert from 'node:assert/strict'
import { type Pack, type Piecework, PieceworkError, type ResourceRef } from '@piecework/core'
import type { Entries, ImportContext, ImportPartPlan, Piece } from '@piecework/core/piece'
import type { Lease } from '@piecework/core/store'
import { suite } from 'uvu'
import { missingRegistration } from '#internal/engine/missing-registration.js'
import { createRegistry } from '#internal/plan/registry.js'
import { ann, bytes, Notebooks, type Setup, withPiecework } from '../support/notebooks.js'

const test = suite('engine: parts of an import')

/** What imports did, and what goes wrong. */
interface Binding {
  readonly log: string[]
  readonly perPart: number
  steps(entries: Entries): number
  plan(entries: Entries): readonly ImportPartPlan[]
  /** Of the rows of each part, or of the whole. */
  written(rows: readonly string[], context: ImportContext): readonly string[]
}

const partsIn = (entries: Entries): number => entries.facts('lines.csv')?.parts ?? 1

const inSteps =
  (step: (number: number) => number) =>
  (entries: Entries): readonly ImportPartPlan[] =>
    Array.from({ length: partsIn(entries) }, (_, at) => {
      const rows = entries.part?.('lines.csv', at + 1).facts('lines.csv')?.rows
      return { range: { at: at + 1 }, step: step(at + 1), ...(rows !== undefined && { rows }) }
    })

const binding = (more: Partial<Binding> = {}): Binding => ({
  log: [],
  perPart: 2,
  steps: (entries) => (partsIn(entries) > 1 && entries.part ? 2 : 0),
  plan: inSteps((number) => (number === 1 ? 1 : 2)),
  written: (rows) => rows,
  ...more,
})

async function linesIn(entries: Entries): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const rows of entries.rows('lines.csv')) lines.push(...rows.map(({ text }) => text ?? ''))
  return lines
}

/** Notebooks whose lines are exported and imported in parts, and chapters that come after them. */
function bound(state: Binding, more: Partial<Piece> = {}): (host: Notebooks) => Pack {
  return (host) => {
    const linesOf = ({ id }: ResourceRef) => host.books.get(id)?.lines ?? []
    const piece: Piece = {
      ...host.lines('notebook'),
      exporter: {
        parts: async ({ resource }) => {
          const { length } = linesOf(resource)
          if (length <= state.perPart) return []
          return Array.from({ length: Math.ceil(length / state.perPart) }, (_, at) => ({ range: at }))
        },
        export: async ({ resource, write, part }) => {
          const from = part ? (part.range as number) * state.perPart : 0
          const own = linesOf(resource).slice(from, part ? from + state.perPart : undefined)
          await write('lines.csv', bytes(['text', ...own, ''].join('\n')), () => own.length)
          return { rows: own.length }
        },
      },
      importer: {
        parts: {
          steps: (entries) => state.steps(entries),
          plan: async ({ entries, source, resource }) => {
            state.log.push(`plan ${source.id === resource.id ? 'the same' : 'another'}`)
            return state.plan(entries)
          },
        },
        import: async (context) => {
          const { resource, entries, part } = context
          const { at = 0 } = (part?.range as { at?: number }) ?? {}
          state.log.push(part ? `part ${part.number} of ${part.of}` : 'whole')
          const read = await linesIn(part ? (entries.part?.('lines.csv', at) ?? entries) : entries)
          const rows = state.written(read, context)
          linesOf(resource).push(...rows)
          return { rows: rows.length }
        },
      },
      ...more,
    }
    return { ...host.pack(), pieces: [piece, host.lines('chapter', { after: ['notebook/lines'] })] }
  }
}

const letters = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`)

/** Exports a notebook of that many lines, with a chapter, and imports it. */
async function imported(piecework: Piecework, host: Setup['host'], count: number) {
  const resource = host.add('b1', 'Birds', letters(count))
  host.add('c1', 'Nests', ['twig'], 'b1')
  const { archive } = await (await piecework.export({ resource, principal: ann })).result()
  host.books.clear()
  return (await piecework.import({ archive: archive ?? assert.fail(), principal: ann })).ended()
}

const nodesOf = ({ nodes }: Awaited<ReturnType<typeof imported>>) =>
  nodes.map(({ batch, task, part, counts }) => [batch, task, part?.number, counts?.rows])

test('order: each part is a node of its step, and what comes after waits for the last step', async () => {
  const state = binding()
  await withPiecework(bound(state), async (piecework, { host }) => {
    const report = await imported(piecework, host, 5)
    assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
    assert.deepEqual(nodesOf(report), [
      [0, 'validate', undefined, undefined],
      [0, 'validate', undefined, undefined],
      [1, 'shells', undefined, undefined],
      [2, 'plan', undefined, undefined],
      [3, 'import', 1, 2],
      [4, 'import', 2, 2],
      [4, 'import', 3, 1],
      [5, 'import', undefined, 1],
      [6, 'finish', undefined, undefined],
    ])
    assert.equal(report.counts.rows, 6)
    assert.deepEqual([state.log[0], state.log[1], state.log.length], ['plan another', 'part 1 of 3', 4])
    const { lines = [] } = host.books.get(report.job.result.resource?.id ?? '') ?? {}
    assert.deepEqual([...lines].sort(), letters(5))
    assert.ok(report.nodes.every(({ part, counts }) => !part || (counts?.bytes ?? 0) < 30))
  })
})

test('what is in no parts is one node, and a plan without parts gives one', async () => {
  const state = binding()
  await withPiecework(bound(state), async (piecework, { host }) => {
    const { nodes } = await imported(piecework, host, 2)
    assert.deepEqual(
      nodes.map(({ batch, task }) => [batch, task]),
      [
        [0, 'validate'],
        [0, 'validate'],
        [1, 'shells'],
        [2, 'import'],
        [3, 'import'],
        [4, 'finish'],
      ],
    )
  })
  await withPiecework(bound(binding({ plan: () => [] })), async (piecework, { host }) => {
    const report = await imported(piecework, host, 5)
    assert.equal(report.job.status, 'succeeded')
    const own = nodesOf(report).filter(([batch]) => Number(batch) > 1)
    assert.deepEqual(own, [
      [2, 'plan', undefined, undefined],
      [3, 'import', undefined, 5],
      [5, 'import', undefined, 1],
      [6, 'finish', undefined, undefined],
    ])
  })
})

const refused: Record<string, [Partial<Binding>, string, RegExp]> = {
  'a part less': [
    { plan: (entries) => inSteps(() => 1)(entries).slice(1) },
    'counts-differ',
    /hold 5 rows, and its parts 3/,
  ],
  'parts that do not say their rows': [
    { plan: () => [{ range: { at: 1 } }] },
    'counts-differ',
    /hold 5 rows/,
  ],
  'a step that is not kept for it': [
    { plan: inSteps((number) => number) },
    'internal',
    /part 3 is of step 3/,
  ],
  'no list': [{ plan: () => undefined as never }, 'internal', /gives no list/],
  'a part that loses a row': [
    { written: (rows, { part }) => (part?.number === 2 ? rows.slice(1) : rows) },
    'counts-differ',
    /part 2 of the archive holds 2 rows, 1 were written/,
  ],
}

for (const [what, [broken, code, message]] of Object.entries(refused)) {
  test(`honest counts: ${what} fails the import, and leaves nothing`, () =>
    withPiecework(bound(binding(broken)), async (piecework, { host }) => {
      const { job } = await imported(piecework, host, 5)
      assert.deepEqual([job.status, job.error?.code], ['failed', code])
      assert.match(job.error?.message ?? '', message)
      assert.deepEqual([...host.books.keys()], [])
    }))
}

test('exactly once: of a part that fails for a moment, only that part runs again', async () => {
  let failures = 0
  const state = binding({
    plan: inSteps(() => 1),
    written: (rows, { part }) => {
      if (part?.number === 2 && failures++ === 0)
        throw new PieceworkError('database', 'The server was away.', { retryable: true })
      return rows
    },
  })
  await withPiecework(bound(state), async (piecework, { host }) => {
    const { job, nodes } = await imported(piecework, host, 5)
    assert.equal(job.status, 'succeeded')
    assert.deepEqual(
      nodes.flatMap(({ part, attempt }) => (part ? [attempt] : [])),
      [1, 2, 1],
    )
    assert.equal(state.log.filter((entry) => entry.startsWith('part')).length, 4)
  })
})

test('what a part has written is summarized and compared by itself', async () => {
  const seen: string[] = []
  const verifier: Piece['verifier'] = {
    summarize: async ({ part }) => `${part?.number}`,
    compare: async (summary, { part }) => void seen.push(`${summary} is ${part?.number} of ${part?.of}`),
  }
  await withPiecework(bound(binding(), { verifier }), async (piecework, { host }) => {
    assert.equal((await imported(piecework, host, 5)).job.status, 'succeeded')
    assert.deepEqual(seen, ['1 is 1 of 3', '2 is 2 of 3', '3 is 3 of 3'])
  })
})

test('what is imported in parts is prepared with its siblings, before any of them', async () => {
  const state = binding()
  const prepared: (readonly (string | undefined)[])[] = []
  const pack = (host: Notebooks): Pack => {
    const { pieces: [lines] = [], ...rest } = bound(state)(host)
    const importer = lines?.importer ?? assert.fail()
    const prepare: typeof importer.prepare = async ({ shells }) => {
      state.log.push('prepared')
      prepared.push(shells.map(({ source, entries }) => `${source.id} ${entries.facts('lines.csv')?.rows}`))
    }
    const chapters = { ...(lines as Piece), name: 'chapter/lines', of: 'chapter' }
    return {
      ...rest,
      pieces: [host.lines('notebook'), { ...chapters, importer: { ...importer, prepare } }],
    }
  }
  await withPiecework(pack, async (piecework, { host }) => {
    host.add('c2', 'Eggs', letters(3), 'b1')
    host.add('c3', 'Wings', letters(4), 'b1')
    const { job } = await imported(piecework, host, 1)
    assert.equal(job.status, 'succeeded', JSON.stringify(job.error))
    assert.deepEqual(prepared, [['c1 1', 'c2 3', 'c3 4']])
    assert.deepEqual([state.log[0], state.log.length], ['prepared', 8])
  })
})

test('a clone without a cloner is made as a whole', async () => {
  const state = binding()
  await withPiecework(bound(state), async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', letters(5))
    const { resource: copy } = await (await piecework.clone({ resource, principal: ann })).result()
    assert.deepEqual(state.log, ['whole'])
    assert.deepEqual(host.books.get(copy?.id ?? '')?.lines, letters(5))
  })
})

test('entries that an upgrade has made are imported as a whole', async () => {
  const state = binding()
  const setup = bound(state)
  let version = 1
  const upgrade = (entries: Entries): Entries => ({ ...entries })
  const pack = (host: Notebooks): Pack => {
    const { pieces: [piece, ...others] = [], ...rest } = setup(host)
    const upgraded = {
      ...(piece as Piece),
      get version() {
        return version
      },
      upgrades: { 1: upgrade },
    }
    return { ...rest, pieces: [upgraded, ...others] }
  }
  await withPiecework(pack, async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', letters(5))
    const { archive } = await (await piecework.export({ resource, principal: ann })).result()
    version = 2
    const job = await piecework.import({ archive: archive ?? assert.fail(), principal: ann })
    assert.equal((await job.ended()).job.status, 'succeeded')
    assert.deepEqual(state.log, ['whole'])
  })
})

test('a worker whose piece has no parts leaves those of an import to others', () => {
  const pack = bound(binding())(new Notebooks())
  const [lines, ...others] = pack.pieces ?? []
  const { parts: _, ...importer } = lines?.importer ?? assert.fail()
  const lacking = { ...pack, pieces: [{ ...(lines as Piece), importer }, ...others] }
  const lease = (task: string, part?: object) =>
    ({
      job: {
        kind: 'import',
        tree: { kind: 'notebook', id: 'b1', children: [] },
        request: { options: {}, input: { format: 'archive', uploads: [] } },
      },
      node: { id: task, task, piece: lines?.name, ...(part && { part }) },
    }) as unknown as Lease
  for (const own of [lease('plan'), lease('import', { number: 1, of: 2, range: 1 })]) {
    assert.equal(missingRegistration(createRegistry([pack]), own), undefined)
    const missing = missingRegistration(createRegistry([lacking]), own)
    assert.match(missing?.message ?? '', /no pack with the plan of the piece "notebook\/lines"/)
  }
  assert.equal(missingRegistration(createRegistry([lacking]), lease('import')), undefined)
})

test('parts of an import that are declared as those of an export are refused', () => {
  const pack = bound(binding())(new Notebooks())
  const [lines, ...others] = pack.pieces ?? []
  const parts = async () => []
  const importer = { ...lines?.importer, parts }
  const wrong = { ...pack, pieces: [{ ...lines, importer } as unknown as Piece, ...others] }
  assert.throws(() => createRegistry([wrong]), /importer\.parts must be an object of steps, plan/)
})

test.run()
