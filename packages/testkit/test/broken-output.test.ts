import type { Output, StagedPart, StagedPiece } from '@piecework/core/piece'
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

/** Two rows of tiles in one file each, as they are rendered. */
const mosaic: readonly WrittenPiece[] = [
  {
    piece: 'laws/mosaic',
    plan: { rows: 2 },
    parts: ['abcdefgh', 'ijklmnop', 'qr'].map((bytes, at) => ({
      entries: { [`tiles/${at}.bin`]: Buffer.from(bytes.repeat(40)) },
      result: { lengths: [bytes.length * 10, bytes.length * 30] },
    })),
  },
]

/** The lengths of all tiles first, then the first row of tiles of all parts, then the second. */
const image: Output = {
  name: 'laws/image',
  mediaType: 'application/octet-stream',
  fileName: () => 'image.bin',
  assemble: ({ pieces: [one] }) => joined(one),
}

async function* joined(one: StagedPiece | undefined): AsyncGenerator<Uint8Array> {
  if (!one) return
  const parts: StagedPart[] = []
  for await (const part of one.parts()) {
    yield Buffer.from(JSON.stringify(part.result))
    parts.push(part)
  }
  const { rows } = one.plan as { rows: number }
  for (let row = 0; row < rows; row++)
    for (const { entries, result } of parts) {
      const { lengths } = result as { lengths: readonly [number, number] }
      const start = row === 0 ? 0 : lengths[0]
      for (const path of entries.paths) yield* entries.open(path, { start, end: start + (lengths[row] ?? 0) })
    }
}

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

const imageLawsOf =
  (assemble: Output['assemble'] = image.assemble) =>
  (collect: LawTest) =>
    outputLaws(collect, {
      output: { ...image, assemble } as Output<never>,
      pieces: mosaic,
      patienceMs: 2000,
    })

lawsOf()(test)
imageLawsOf()(test)

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

/** The same of outputs that read parts. */
const brokenOfParts: Record<string, [law: string, Output['assemble']]> = {
  'takes the first bytes of a tile for all of it': [
    'reproducible: the same entries',
    async function* ({ pieces: [one] }) {
      for await (const { entries } of one?.parts() ?? [])
        for (const path of entries.paths)
          for await (const chunk of entries.open(path, { start: 0, end: 40 })) {
            yield chunk
            break
          }
    },
  ],
  'takes an error among the parts for the last of them': [
    'nothing half-made: an output whose entries break',
    async function* ({ pieces: [one] }) {
      try {
        for await (const { result } of one?.parts() ?? []) yield Buffer.from(JSON.stringify(result))
      } catch {}
    },
  ],
}

for (const [what, [law, assemble]] of Object.entries(brokenOfParts)) {
  const name = `an output of parts that ${what}`
  test(name, () => assertBreaks(name, { law, broken: imageLawsOf(assemble), whole: imageLawsOf() }))
}

test.run()
