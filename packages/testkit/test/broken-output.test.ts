import type { Output } from '@piecework/core/piece'
import { assertBreaks } from '@piecework/test-support'
import { type LawTest, outputLaws, type WrittenPiece } from '@piecework/testkit'
import { suite } from 'uvu'

const test = suite('laws of outputs can fail')

const pieces: readonly WrittenPiece[] = [
  { piece: 'laws/text', entries: { 'text.txt': 'Größe und Maß. '.repeat(20) } },
  {
    piece: 'laws/lines',
    entries: {
      'lines.csv': `position,text\n${Array.from({ length: 20 }, (_, at) => `${at},"line, ${at}"\n`).join('')}`,
    },
  },
]

/** The text and the lines on one page. */
const page: Output = {
  name: 'laws/page',
  mediaType: 'text/plain; charset=utf-8',
  check: async ({ signal }) => signal.throwIfAborted(),
  fileName: ({ name, resource }) => `${name ?? resource.id}.txt`,
  assemble: async function* ({ pieces: written }) {
    for (const { entries } of written)
      for (const path of entries.paths)
        if (path.endsWith('.csv')) {
          for await (const rows of entries.rows(path))
            yield Buffer.from(rows.map(({ text }) => `${text}\n`).join(''))
        } else yield* entries.open(path)
  },
}

const lawsOf =
  (changes: Partial<Output> = {}) =>
  (collect: LawTest) =>
    outputLaws(collect, { output: { ...page, ...changes } as Output<never>, pieces, patienceMs: 2000 })

lawsOf()(test)

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, Partial<Output>]> = {
  'writes when it was made': [
    'reproducible: the same entries',
    {
      assemble: async function* (context) {
        yield Buffer.from(`${process.hrtime.bigint()}\n`)
        yield* await page.assemble(context)
      },
    },
  ],
  'takes each chunk for a text': [
    'reproducible: the same entries',
    {
      assemble: async function* (context) {
        for await (const chunk of await page.assemble(context))
          yield Buffer.from(Buffer.from(chunk).toString())
      },
    },
  ],
  'takes the size of all parts for that of the table': [
    'reproducible: tables that were exported in parts',
    {
      assemble: async function* ({ pieces: written }) {
        for (const { entries } of written)
          for (const path of entries.paths)
            yield* entries.open(path, { start: 0, end: entries.facts(path)?.size ?? 0 })
      },
    },
  ],
  'takes a stop for the end': [
    'nothing half-made: an output that is stopped',
    {
      assemble: async function* ({ pieces: written, signal }) {
        for (const { entries } of written)
          for (const path of entries.paths)
            for await (const chunk of entries.open(path)) {
              if (signal.aborted) return
              yield chunk
            }
      },
    },
  ],
  'does not stop': [
    'nothing half-made: an output that is stopped',
    {
      assemble: async function* (context) {
        for (const { entries } of context.pieces)
          for (const path of entries.paths)
            for await (const chunk of entries.open(path)) {
              if (context.signal.aborted) await new Promise(() => {})
              yield chunk
            }
      },
    },
  ],
  'takes an error for the end': [
    'nothing half-made: an output whose entries break',
    {
      assemble: async function* (context) {
        try {
          yield* await page.assemble(context)
        } catch {}
      },
    },
  ],
  'refuses at request what it makes': [
    'asked at request',
    {
      check: async () => {
        throw new Error('A program is missing.')
      },
    },
  ],
  'looks for its program after the request has ended': [
    'asked at request',
    {
      check: ({ signal }) =>
        new Promise((resolve) => {
          const looking = setTimeout(resolve, 20)
          signal.addEventListener('abort', () => clearTimeout(looking))
        }),
    },
  ],
  'has no file name without a name': ['it has a file name', { fileName: ({ name }) => name ?? '' }],
}

for (const [what, [law, changes]] of Object.entries(broken)) {
  const name = `an output that ${what}`
  test(name, () => assertBreaks(name, { law, broken: lawsOf(changes), whole: lawsOf() }))
}

test.run()
