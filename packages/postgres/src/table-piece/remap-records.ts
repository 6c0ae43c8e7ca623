import type { Ids, KeyMap } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import { isCanonicalUuid } from './canonical-uuid.js'

const comma = 0x2c
const newline = 0x0a
const quote = 0x22
const uuidLength = 36
/** Of all forms. */
const longestKey = 64

/**
 * A record holds an id that PostgreSQL would print differently, or an unknown stable key: the database must
 * look it up.
 */
export class UnusualId extends Error {}

/** How one column of the file is carried over. */
export interface FileColumn {
  /** Name under which its ids are remapped; absent if values stay as they are. */
  readonly table?: string
  /** Its ids are texts, not uuids. */
  readonly text?: true
  /** Its ids are integers, with these new ones. */
  readonly numbers?: KeyMap
  /** Another column of the file, with the stable key of the row if this one is empty; ids by that key. */
  readonly stable?: { readonly column: number; readonly ids: ReadonlyMap<string, string> }
  /** Is not written. */
  readonly dropped?: true
}

/**
 * Whole records of a CSV file with new ids in place of the old ones and `suffix` (`,value`) at the end of
 * each. Throws `UnusualId`.
 */
export async function* remapRecords(
  chunks: AsyncIterable<Uint8Array>,
  columns: readonly FileColumn[],
  suffix: Buffer,
  ids: Pick<Ids, 'idOf'>,
): AsyncGenerator<Uint8Array> {
  const plan: RemapPlan = {
    columns,
    remappers: columns.map((column) => idRemapper(column, ids)),
    spans: spansOf(columns),
    offsets: new Int32Array(2 * columns.length),
    suffix,
  }
  for await (const chunk of chunks) {
    yield remapChunk(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length), plan)
  }
}

type RemapId = (old: string) => string

interface RemapPlan {
  readonly columns: readonly FileColumn[]
  /** By column. */
  readonly remappers: readonly (RemapId | undefined)[]
  readonly spans: readonly ColumnSpan[]
  /** Start and end of each field of one record. */
  readonly offsets: Int32Array
  readonly suffix: Buffer
}

/** Adjacent columns: one whose ids are remapped, or several that are copied as they are. */
interface ColumnSpan {
  readonly first: number
  readonly last: number
}

function spansOf(columns: readonly FileColumn[]): ColumnSpan[] {
  const spans: ColumnSpan[] = []
  for (const [index, { table, dropped }] of columns.entries()) {
    if (dropped) continue
    const before = spans.at(-1)
    const joins = before?.last === index - 1 && table === undefined && columns[index - 1]?.table === undefined
    if (joins) spans.pop()
    spans.push({ first: joins ? before.first : index, last: index })
  }
  return spans
}

/** Remembers ids as long as a column has few different ones. */
function idRemapper({ table, text, numbers }: FileColumn, ids: Pick<Ids, 'idOf'>): RemapId | undefined {
  if (table === undefined) return undefined
  if (numbers) return (old) => numbers.get(old) ?? unusual()
  const cache = new Map<string, string>()
  const remap: RemapId = (old) => {
    if (!text && !isCanonicalUuid(old)) throw new UnusualId()
    return ids.idOf(table, old)
  }
  let cached = true
  return (old) => {
    if (!cached) return remap(old)
    let id = cache.get(old)
    if (id === undefined) {
      id = remap(old)
      cache.set(old, id)
      cached = cache.size < defaults.cachedIds
      if (!cached) cache.clear()
    }
    return id
  }
}

function unusual(): never {
  throw new UnusualId()
}

function remapChunk(chunk: Buffer, plan: RemapPlan): Buffer {
  const { remappers, spans, offsets, suffix } = plan
  let out = Buffer.allocUnsafe(chunk.length + 1024 * suffix.length)
  let written = 0
  for (let start = 0; start < chunk.length; ) {
    const end = findFields(chunk, start, plan)
    const most = end - start + spans.length * (longestKey + 1) + suffix.length + 1
    if (out.length < written + most) {
      const larger = Buffer.allocUnsafe(2 * out.length + most)
      out.copy(larger, 0, 0, written)
      out = larger
    }
    for (let index = 0; index < spans.length; index++) {
      const { first, last } = spans[index] as ColumnSpan
      if (index > 0) out[written++] = comma
      const from = offsets[2 * first] as number
      const to = offsets[2 * last + 1] as number
      const remap = remappers[first]
      if (!remap) written += chunk.copy(out, written, from, to)
      else if (from < to) written += out.write(remap(chunk.toString('utf8', from, to)), written, 'latin1')
      else written += out.write(idByStableKey(chunk, first, plan), written, 'latin1')
    }
    written += suffix.copy(out, written)
    out[written++] = newline
    start = end + 1
  }
  return out.subarray(0, written)
}

/**
 * Writes `offsets` of the record and returns the offset of the newline that ends it. The CSV reader has
 * checked the quotes. Throws `UnusualId` where an id has another length, and the fields are not where they
 * were expected.
 */
function findFields(chunk: Buffer, start: number, { columns, remappers, offsets }: RemapPlan): number {
  const last = remappers.length - 1
  let at = start
  for (let index = 0; index <= last; index++) {
    offsets[2 * index] = at
    const column = columns[index]
    const isText = column?.text ?? column?.numbers !== undefined
    if (isText && chunk[at] === quote) throw new UnusualId()
    if (remappers[index] && !isText && chunk[at] !== comma && chunk[at] !== newline) at += uuidLength
    else at = fieldEnd(chunk, at)
    if (chunk[at] !== (index < last ? comma : newline)) throw new UnusualId()
    offsets[2 * index + 1] = at
    at++
  }
  return at - 1
}

/** Offset of the comma or newline behind the field, or of the end of the chunk. */
function fieldEnd(chunk: Buffer, start: number): number {
  const { length } = chunk
  let at = start
  while (chunk[at] === quote) {
    const closing = chunk.indexOf(quote, at + 1)
    if (closing === -1) return length
    at = closing + 1
  }
  while (at < length && chunk[at] !== comma && chunk[at] !== newline) at++
  return at
}

/** The id of the shared row whose stable key the record has instead of an id; '' if it has none. */
function idByStableKey(chunk: Buffer, index: number, { columns, offsets }: RemapPlan): string {
  const stable = columns[index]?.stable
  if (!stable) return ''
  const field = chunk.toString('utf8', offsets[2 * stable.column], offsets[2 * stable.column + 1])
  if (field === '') return ''
  const id = stable.ids.get(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field)
  if (id === undefined) throw new UnusualId()
  return id
}
