import { createHash } from 'node:crypto'
import type { Chance } from './chance.js'
import { changedBytes, changedDocument, hostileText } from './hostile.js'
import { type ZipFile, type ZipLies, zipOf } from './zip.js'

/** An archive by its files, the manifest first. */
export type Files = readonly ZipFile[]

/** A hostile archive, and what it holds if it is taken as an archive at all. */
export interface Mutant {
  readonly bytes: Buffer
  readonly files: Files
}

type Mutate = (files: Files, chance: Chance) => Mutant

const zipped = (files: Files, lies?: ZipLies): Mutant => ({ bytes: zipOf(files, lies), files })

const replaced = (files: Files, at: number, change: Partial<ZipFile>): Files =>
  files.map((file, index) => (index === at ? { ...file, ...change } : file))

/** Kinds of mutants by name. */
export const mutations: Readonly<Record<string, Mutate>> = {
  'bytes of the zip': (files, chance) => ({ bytes: changedBytes(zipOf(files), chance), files }),

  'a field of the zip': (files, chance) => {
    const number = () =>
      chance.pick([0, 1, 8, 12, 99, 255, 0xffff, 0x7fffffff, 0xffffffff, chance.number(3000)])
    const lie = chance.pick<() => Partial<ZipFile>>([
      () => ({ size: number() }),
      () => ({ sizeInZip: number() }),
      () => ({ crc32: number() }),
      () => ({ start: number() }),
      () => ({ method: chance.pick([0, 8, 12, 99]) }),
      () => ({ flags: chance.pick([1, 8, 0x41, 0x800, 0xffff]) }),
      () => ({ attributes: number() }),
      () => ({ extra: extraFields(chance) }),
      () => ({ comment: Buffer.alloc(chance.number(6000)) }),
      () => ({ localPath: hostileText(chance) }),
      () => ({ path: hostileText(chance) }),
    ])()
    return zipped(replaced(files, chance.number(files.length), lie))
  },

  'files of the zip': (files, chance) => {
    const at = chance.number(files.length)
    const file = files[at] as ZipFile
    const more = { path: `x${hostileText(chance)}`, bytes: Buffer.from(hostileText(chance)) }
    const folder = chance.pick(['a/', '../', '__MACOSX/', 'a b/'])
    return chance.pick([
      () => zipped(files.filter((one) => one !== file)),
      () => zipped([...files, file]),
      () => zipped([...files, more]),
      () => zipped([...files].reverse()),
      () => zipped(files.map((one) => ({ ...one, path: `${folder}${one.path}` }))),
      () => zipped(files, { count: chance.number(2 * files.length) }),
      () => zipped(files, { comment: hostileText(chance) }),
      () => zipped([...files, { path: 'big', bytes: Buffer.alloc(2_000_000) }]),
    ])()
  },

  'the manifest': (files, chance) => {
    const [manifest, ...others] = files
    const document = changedDocument(JSON.parse(String(manifest?.bytes)), chance)
    const text = chance.one(10) ? JSON.stringify(document) : JSON.stringify(document, undefined, 2)
    return zipped([{ path: 'manifest.json', bytes: Buffer.from(text ?? '') }, ...others])
  },

  'text of the manifest': (files, chance) => {
    const [manifest, ...others] = files
    const bytes = changedBytes(manifest?.bytes ?? Buffer.alloc(0), chance)
    return zipped([{ path: 'manifest.json', bytes }, ...others])
  },

  'a bomb': (files, chance) => {
    const [, ...others] = files
    const item = chance.pick(['0,', '[],', '{},', '"",', '[[]],', '{"a":0},', ' '])
    const inside = item.repeat(chance.pick([1000, 100_000, 400_000]))
    const start = `{"format":"piecework-archive","version":1,"tree":{"kind":"book","id":"b","children":[`
    const text = chance.pick([
      `[${inside}0]`,
      `${start}${inside}0]},"pieces":[]}`,
      `${start}]},"pieces":[${inside}0]}`,
      `${start}]},"pieces":[{"resource":{"kind":"book","id":"b"},"name":"book/x","version":1,"entries":[${inside}0]}]}`,
      '['.repeat(chance.pick([100, 10_000, 1_000_000])),
    ])
    return zipped([{ path: 'manifest.json', bytes: Buffer.from(text) }, ...others])
  },

  'a bomb in an entry': (files, chance) => {
    const entries = files.filter(({ path }) => !/^(?:manifest|about)\.json$/.test(path))
    const document = entries.find(({ path }) => path.endsWith('.json'))
    const large = chance.one(200)
    const many = (few: number, most: number): number => (large ? most : few)
    const names = (count: number): string => Array.from({ length: count }, (_, at) => `c${at}`).join(',')
    const table = (text: string, rows: number): Mutant => {
      const file = chance.pick(entries.filter(({ path }) => path.endsWith('.csv')))
      return zipped(forged(files, file, Buffer.from(text), rows))
    }
    return chance.pick([
      () => table(`id,text,n\nx,${'abcdefghij'.repeat(many(2000, 2_000_000))},1\n`, 1),
      () => table(`id,${names(many(300, 100_000))}\n`, 0),
      () => {
        const [columns, rows] = [many(100, 2000), many(20, 300)]
        return table(`id,${names(columns)}\n${`x${','.repeat(columns)}\n`.repeat(rows)}`, rows)
      },
      () => table(`text\n${'\n'.repeat(many(1000, 300_000))}`, many(1000, 300_000)),
      () =>
        zipped(
          document
            ? forged(files, document, Buffer.from(`[${'[],'.repeat(many(2000, 3_000_000))}[]]`))
            : files,
        ),
      () => {
        const more = { length: many(200, 65_000) }
        return zipped([
          ...files,
          ...Array.from(more, (_, at) => ({ path: `p${at}.csv`, bytes: Buffer.alloc(0) })),
        ])
      },
    ])()
  },

  'an entry, with its checksum': (files, chance) => {
    const entries = files.filter(({ path }) => !/^(?:manifest|about)\.json$/.test(path))
    const file = chance.pick(entries)
    const json = file.path.endsWith('.json')
    const bytes =
      json && !chance.one(3)
        ? Buffer.from(JSON.stringify(changedDocument(JSON.parse(String(file.bytes)), chance)) ?? '')
        : changedBytes(file.bytes, chance)
    return zipped(forged(files, file, bytes))
  },

  'values of a table': (files, chance) => {
    const tables = files.filter(({ path }) => path.endsWith('.csv'))
    const file = chance.pick(tables)
    const lines = String(file.bytes).trimEnd().split('\n')
    const at = chance.one(10) ? 0 : chance.number(lines.length)
    const fields = (lines[at] ?? '').split(',')
    const field = chance.number(fields.length)
    const text = hostileText(chance)
    fields[field] = chance.one(3) ? text : `"${text.replaceAll('"', '""')}"`
    lines[at] = fields.join(',')
    const again = chance.one(10) ? [...lines, lines.at(-1) ?? ''] : lines
    return zipped(forged(files, file, Buffer.from(`${again.join('\n')}\n`), again.length - 1))
  },
}

function extraFields(chance: Chance): Buffer {
  const data = Buffer.alloc(chance.pick([0, 8, 40, 5000]), chance.number(256))
  const head = Buffer.alloc(4)
  head.writeUInt16LE(chance.pick([0x0001, 0x7075, 0x9901, 0x5455]), 0)
  head.writeUInt16LE(chance.one(4) ? 0xffff : data.length, 2)
  return Buffer.concat([head, data])
}

/** With other bytes of one file, and a manifest that is true of them. */
function forged(files: Files, file: ZipFile, bytes: Buffer, rows?: number): Files {
  const manifest = JSON.parse(String(files[0]?.bytes)) as {
    pieces: { resource: { kind: string; id: string }; name: string; entries: Record<string, unknown>[] }[]
  }
  const before = createHash('sha256').update(file.bytes).digest('hex')
  for (const { entries } of manifest.pieces)
    for (const entry of entries) {
      if (entry.sha256 !== before) continue
      entry.sha256 = createHash('sha256').update(bytes).digest('hex')
      entry.size = bytes.length
      if (rows !== undefined && entry.rows !== undefined) entry.rows = rows
    }
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`
  return files.map((one, at) => {
    if (at === 0) return { ...one, bytes: Buffer.from(text) }
    return one.bytes.equals(file.bytes) ? { ...one, bytes } : one
  })
}
