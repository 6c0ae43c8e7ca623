import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { memoryArtifacts, type Pack, type Piecework, PieceworkError } from '@piecework/core'
import { openArchive } from '@piecework/core/archive'
import type {
  ExportContext,
  Output,
  OutputContext,
  PartsPlan,
  Piece,
  StagedPart,
  StagedPiece,
} from '@piecework/core/piece'
import { suite } from 'uvu'
import { ann, keys, type Setup, withPiecework } from '../support/notebooks.js'

const test = suite('engine: files of parts')

/** What is planned, what parts write and return, and what the output sees of it. */
interface Atlas {
  readonly plan?: unknown
  /** Instead of the plan and so many parts. */
  readonly planned?: unknown
  readonly parts?: number
  readonly rows?: number
  sheet?(context: ExportContext): Promise<unknown>
  see?(piece: StagedPiece): Promise<void>
}

const sheets = Array.from({ length: 5 }, () => randomBytes(70_000))
const sheetOf = (number: number) => sheets[number - 1] ?? assert.fail()
const sheetPath = (number: number) => `sheets/${number}.jpg`

function atlas(given: Atlas): (host: Setup['host']) => Pack {
  const { rows = 0, sheet, see } = given
  return (host) => {
    const piece: Piece = {
      contract: 1,
      name: 'notebook/atlas',
      of: 'notebook',
      version: 1,
      exporter: {
        parts: async () => {
          const { plan, parts = sheets.length } = given
          const ranges = Array.from({ length: parts }, (_, at) => ({ range: at }))
          if (given.planned !== undefined) return given.planned as PartsPlan
          return plan === undefined ? ranges : { plan, parts: ranges }
        },
        export: async (context) => {
          const { part, write } = context
          const number = part?.number ?? 0
          const result = sheet
            ? await sheet(context)
            : await write(sheetPath(number), sheetOf(number), { stored: true }).then(() => ({ number }))
          return { rows, ...(result !== undefined && { result }) }
        },
      },
      importer: {
        import: async ({ entries, resource }) => {
          const lines: string[] = []
          for (const path of entries.paths)
            if (path.endsWith('.jpg')) lines.push(`${path} ${(await bytesOf(entries.open(path))).length}`)
          const book = host.books.get(resource.id)
          if (book) book.lines.push(...lines)
          return { rows: 0 }
        },
      },
    }
    const book: Output = {
      name: 'notebook/book',
      mediaType: 'application/octet-stream',
      pieces: [piece.name],
      fileName: () => 'book.bin',
      assemble: async function* (context: OutputContext) {
        const [one] = context.pieces
        if (one) await see?.(one)
        yield Buffer.from('made')
      },
    }
    return { ...host.pack(), pieces: [piece], outputs: [book] }
  }
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

async function listed<T>(all: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for await (const one of all) list.push(one)
  return list
}

const requested = { outputs: [{ name: 'notebook/book' }], principal: ann }

/** What the output is given, while the job holds it. */
async function inBook(given: Atlas, use: (piece: StagedPiece, setup: Setup) => Promise<void>): Promise<void> {
  let failure: unknown = new Error('The output was not made.')
  let hosts: Setup | undefined
  const see = async (piece: StagedPiece) => {
    failure = undefined
    if (hosts)
      await use(piece, hosts).catch((error: unknown) => {
        failure = error
      })
  }
  await withPiecework(atlas({ ...given, see }), async (piecework, setup) => {
    hosts = setup
    const resource = setup.host.add('b1', 'Birds', [])
    await (await piecework.export({ ...requested, resource })).result()
  })
  if (failure) throw failure
}

test('what parts write for themselves is read by part, in order, with what each has returned', () =>
  inBook({ plan: { side: 4096 } }, async ({ plan, counts, entries, parts }) => {
    assert.deepEqual([plan, counts, entries.paths], [{ side: 4096 }, { rows: 0 }, []])
    const all = await listed(parts())
    assert.deepEqual(
      all.map(({ number, of, range, result, entries: own }) => [number, of, range, result, own.paths]),
      sheets.map((_, at) => [at + 1, 5, at, { number: at + 1 }, [sheetPath(at + 1)]]),
    )
    for (const { number, entries: own } of all)
      assert.ok((await bytesOf(own.open(sheetPath(number)))).equals(sheetOf(number)))
    const numbers = async (first?: number, last?: number) =>
      (await listed(parts(first, last))).map(({ number }) => number)
    assert.deepEqual([await numbers(2, 3), await numbers(4), await numbers(5, 5)], [[2, 3], [4, 5], [5]])
    for (const [first, last] of [
      [0, 2],
      [1, 6],
      [1.5, 2],
    ] as const)
      await assert.rejects(numbers(first, last), { code: 'options-invalid' })
  }))

test('an archive holds what parts have written, stored as it was, and is imported as any other', () =>
  withPiecework(atlas({}), async (piecework, setup) => {
    const { host, artifacts } = setup
    const resource = host.add('b1', 'Birds', [])
    const { archive } = await (await piecework.export({ resource, principal: ann })).result()
    if (!archive) return assert.fail('no archive')
    const size = (await artifacts.stat(archive.artifact))?.size ?? 0
    const { manifest } = await openArchive({ size, read: (range) => artifacts.open(archive.artifact, range) })
    assert.equal(manifest.version, 1, 'nothing in it is new to readers of version 1')
    const [piece] = manifest.pieces
    assert.equal(piece?.parts, undefined)
    assert.deepEqual(
      piece?.entries.map(({ path }) => path),
      sheets.map((_, at) => sheetPath(at + 1)),
    )
    const all = await bytesOf(artifacts.open(archive.artifact))
    for (const sheet of sheets) assert.ok(all.includes(sheet), 'it was deflated')
    assert.equal((await piecework.verify(archive, { principal: ann })).ok, true)
    const copy = await (await piecework.import({ archive, principal: ann })).result()
    assert.deepEqual(
      host.books.get(copy.resource?.id ?? '')?.lines,
      sheets.map((_, at) => `${sheetPath(at + 1)} 70000`),
    )
  }))

test('beside a table in parts, an archive says that it needs readers who know of files of parts', () =>
  withPiecework(
    atlas({
      sheet: async ({ part, write }) => {
        const number = part?.number ?? 0
        await write('index.csv', Buffer.from('number\n'), () => 0)
        await write(sheetPath(number), sheetOf(number))
      },
    }),
    async (piecework, setup) => {
      const { host, artifacts } = setup
      const resource = host.add('b1', 'Birds', [])
      const { archive } = await (await piecework.export({ resource, principal: ann })).result()
      if (!archive) return assert.fail('no archive')
      const size = (await artifacts.stat(archive.artifact))?.size ?? 0
      const opened = await openArchive({ size, read: (range) => artifacts.open(archive.artifact, range) })
      assert.deepEqual([opened.manifest.version, opened.manifest.pieces[0]?.parts], [2, 5])
      const read = opened.entries({ resource, name: 'notebook/atlas' })
      assert.deepEqual(read.paths, ['index.csv', ...sheets.map((_, at) => sheetPath(at + 1))])
      assert.ok((await bytesOf(read.open(sheetPath(3)))).equals(sheetOf(3)))
      const copy = await (await piecework.import({ archive, principal: ann })).result()
      assert.equal(host.books.get(copy.resource?.id ?? '')?.lines.length, 5)
    },
  ))

test('an output reads tables of parts as one, and each by itself', () =>
  inBook(
    {
      rows: 1,
      sheet: async ({ part, write }) => {
        await write('index.csv', Buffer.from(`number\n${part?.number}\n`), () => 1)
        await write(sheetPath(part?.number ?? 0), Buffer.from('{}'))
      },
    },
    async ({ entries, counts, parts }) => {
      assert.deepEqual([entries.paths, counts.rows], [['index.csv'], 5])
      assert.equal((await bytesOf(entries.open('index.csv'))).toString(), 'number\n1\n2\n3\n4\n5\n')
      const [, , third] = await listed(parts())
      assert.deepEqual([third?.counts.rows, third?.entries.paths], [1, ['index.csv', sheetPath(3)]])
      const table = third?.entries.open('index.csv') ?? assert.fail()
      assert.equal((await bytesOf(table)).toString(), 'number\n3\n')
    },
  ))

const reads = (part: StagedPart, ...ranges: readonly (readonly [number, number])[]) =>
  ranges.map(([start, end]) => ({ part, start, end }))

async function readAll(list: ReturnType<typeof reads>): Promise<Buffer> {
  const all: Buffer[] = []
  for (const { part, start, end } of list)
    all.push(await bytesOf(part.entries.open(sheetPath(part.number), { start, end })))
  return Buffer.concat(all)
}

test('ranges of what is stored cost these bytes alone', async () => {
  const read: number[] = []
  const inner = memoryArtifacts()
  const artifacts = {
    ...inner,
    open: (...[key, range]: Parameters<typeof inner.open>) => {
      if (key.endsWith('.jpg')) read.push(range ? range.end - range.start : Number.POSITIVE_INFINITY)
      return inner.open(key, range)
    },
  }
  let isRead = false
  const see = async ({ parts }: StagedPiece) => {
    const [, second] = await listed(parts())
    if (!second) return assert.fail()
    const bytes = await readAll(reads(second, [60_000, 60_010], [10, 2000], [0, 0]))
    isRead = bytes.equals(Buffer.concat([sheetOf(2).subarray(60_000, 60_010), sheetOf(2).subarray(10, 2000)]))
    await assert.rejects(readAll(reads(second, [0, 70_001])), { code: 'options-invalid' })
  }
  await withPiecework(
    atlas({ see }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', [])
      await (await piecework.export({ ...requested, resource })).result()
    },
    { artifacts },
  )
  assert.ok(isRead)
  assert.deepEqual(read, [10, 1990])
})

test('ranges that follow each other are compared at the end; one that is short, at once', () =>
  inBook({}, async ({ parts }, { artifacts }) => {
    const [one, other, third] = await listed(parts())
    if (!one || !other || !third) return assert.fail()
    const key = async (number: number) => {
      for await (const found of artifacts.list('jobs')) if (found.endsWith(sheetPath(number))) return found
      return assert.fail()
    }
    const damaged = Buffer.from(sheetOf(1))
    damaged[500] = (damaged[500] ?? 0) ^ 1
    await artifacts.put(await key(1), chunk(damaged))
    await readAll(reads(one, [0, 400], [400, 69_999]))
    await assert.rejects(readAll(reads(one, [69_999, 70_000])), { code: 'archive-checksum' })
    await readAll(reads(one, [400, 69_999], [0, 400]))
    await artifacts.put(await key(2), chunk(sheetOf(2).subarray(0, 600)))
    await assert.rejects(readAll(reads(other, [500, 700])), { code: 'archive-checksum' })
    assert.ok((await readAll(reads(third, [0, 30_000], [30_000, 70_000]))).equals(sheetOf(3)))
  }))

async function* chunk(bytes: Uint8Array) {
  yield bytes
}

test('a plan is stored once and given to each part; an equal one lets a retry take parts over', async () => {
  const given: unknown[] = []
  const done: number[] = []
  const state = { side: 4096, isBroken: true }
  const plan = { list: Array.from({ length: 1000 }, (_, at) => at), name: 'é😀' }
  const sheet = async ({ part, plan: own, write }: ExportContext) => {
    const number = part?.number ?? 0
    given.push(own)
    if (number === 3 && state.isBroken) throw new PieceworkError('internal', 'The paper has torn.')
    done.push(number)
    await write(sheetPath(number), sheetOf(number), { stored: true })
    return { number }
  }
  const run = async (piecework: Piecework, setup: Setup) => {
    const resource = setup.host.add('b1', 'Birds', [])
    const failed = await (await piecework.export({ ...requested, resource })).ended()
    assert.equal(failed.job.status, 'failed')
    for (const { part } of failed.nodes) assert.ok(!part || JSON.stringify(part).length < 200)
    state.isBroken = false
    done.length = 0
    const { job } = await (await piecework.retry(failed.job.id, { principal: ann })).ended()
    assert.equal(job.status, 'succeeded', JSON.stringify(job.error))
    return keys(setup.artifacts, `jobs/${job.id}`)
  }
  const see = async ({ plan: own, parts }: StagedPiece) => {
    given.push(own)
    const numbers = (await listed(parts())).map(({ result }) => (result as { number: number }).number)
    assert.deepEqual(numbers, [1, 2, 3, 4, 5])
  }
  await withPiecework(atlas({ plan, sheet, see }), async (piecework, setup) => {
    assert.deepEqual(await run(piecework, setup), [])
  })
  assert.deepEqual(done, [3])
  for (const one of given) assert.deepEqual(one, plan)
  let planned = 0
  state.isBroken = true
  const changing = atlas({
    get plan() {
      return planned++
    },
    sheet,
  })
  await withPiecework(changing, run)
  assert.equal(done.length, 5, 'what another plan has made was taken over')
})

const refused: Record<string, [Atlas, RegExp]> = {
  'a result that is too long': [{ sheet: async () => 'x'.repeat(16_383) }, /16385 bytes as JSON, and 16384/],
  'a result that is no plain JSON': [
    { sheet: async () => new Date(0) },
    /result of export\(\) is not plain JSON/,
  ],
  'a plan that says what is unknown': [
    { planned: { plan: 1, parts: [{ range: 1 }], part: 1 } },
    /parts\(\).*"part"/,
  ],
  'a plan that is no plain JSON': [{ plan: { at: new Date(0) } }, /plan of its parts is not plain JSON/],
  'a plan that is too long': [{ plan: 'x'.repeat(17 * 2 ** 20) }, /plan of its parts has \d+ bytes as JSON/],
  'a plan without parts': [{ plan: 1, parts: 0 }, /gives a plan and no parts/],
  'an option of write() that is unknown': [
    { sheet: ({ write }) => write('a.jpg', Buffer.from(''), { store: true } as never) },
    /store/,
  ],
  'a table that is stored as it is': [
    { sheet: ({ write }) => write('a.csv', Buffer.from('a\n'), { stored: true }) },
    /"a.csv" is no table/,
  ],
}

for (const [what, [given, message]] of Object.entries(refused))
  test(`${what} fails its job`, () =>
    withPiecework(atlas(given), async (piecework, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', [])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.status, 'failed')
      assert.match(job.error?.message ?? '', message)
      assert.deepEqual(await keys(artifacts, `archives/${job.id}`), [])
    }))

test.run()
