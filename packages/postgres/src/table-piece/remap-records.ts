import type { Ids } from '@piecework/core/piece'

const comma = 0x2c
const newline = 0x0a
const quote = 0x22
const uuidLength = 36
const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A record holds an id that PostgreSQL would write otherwise, or a stable key that is not known: the database must look. */
export class UnusualId extends Error {}

/** What becomes of one column of the file. */
export interface FileColumn {
  /** Name under which its ids are remapped; absent where values stay as they are. */
  readonly table?: string
  /** Another column of the file, which tells the row by its stable key where this one is empty; ids by that key. */
  readonly stable?: { readonly column: number; readonly ids: ReadonlyMap<string, string> }
  /** Stays out of the table. */
  readonly dropped?: true
}

/** Whole records of a CSV file with new ids in place of the old and `suffix` (`,value`) at the end of each. Throws `UnusualId`. */
export async function* remapRecords(
  chunks: AsyncIterable<Uint8Array>,
  columns: readonly FileColumn[],
  suffix: Buffer,
  ids: Pick<Ids, 'idOf'>,
): AsyncGenerator<Uint8Array> {
  const renewals = columns.map(({ table }) => (table === undefined ? undefined : renewal(table, ids)))
  const pieces = piecesOf(columns)
  const places = new Int32Array(2 * columns.length)
  for await (const chunk of chunks) {
    const records = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    yield renewChunk(records, { columns, renewals, pieces, places, suffix })
  }
}

type Renew = (old: string) => string

interface Rewriting {
  readonly columns: readonly FileColumn[]
  /** By column. */
  readonly renewals: readonly (Renew | undefined)[]
  readonly pieces: readonly ColumnSpan[]
  /** Start and end of each field of one record. */
  readonly places: Int32Array
  readonly suffix: Buffer
}

/** Columns that stay side by side: one whose ids are made anew, or several that are copied as they are. */
interface ColumnSpan {
  readonly first: number
  readonly last: number
}

function piecesOf(columns: readonly FileColumn[]): ColumnSpan[] {
  const pieces: ColumnSpan[] = []
  for (const [index, { table, dropped }] of columns.entries()) {
    if (dropped) continue
    const before = pieces.at(-1)
    const joins = before?.last === index - 1 && table === undefined && columns[index - 1]?.table === undefined
    if (joins) pieces.pop()
    pieces.push({ first: joins ? before.first : index, last: index })
  }
  return pieces
}

/** So many different ids of a column are remembered; a column that has more is hashed row by row. */
const remembered = 10_000

function renewal(table: string, ids: Pick<Ids, 'idOf'>): Renew {
  const known = new Map<string, string>()
  const renew: Renew = (old) => {
    if (!canonical.test(old)) throw new UnusualId()
    return ids.idOf(table, old)
  }
  let few = true
  return (old) => {
    if (!few) return renew(old)
    let id = known.get(old)
    if (id === undefined) {
      id = renew(old)
      known.set(old, id)
      few = known.size < remembered
      if (!few) known.clear()
    }
    return id
  }
}

function renewChunk(chunk: Buffer, rewriting: Rewriting): Buffer {
  const { renewals, pieces, places, suffix } = rewriting
  let out = Buffer.allocUnsafe(chunk.length + 1024 * suffix.length)
  let written = 0
  for (let start = 0; start < chunk.length; ) {
    const end = findFields(chunk, start, rewriting)
    const most = end - start + pieces.length * (uuidLength + 1) + suffix.length + 1
    if (out.length < written + most) {
      const larger = Buffer.allocUnsafe(2 * out.length + most)
      out.copy(larger, 0, 0, written)
      out = larger
    }
    for (let index = 0; index < pieces.length; index++) {
      const { first, last } = pieces[index] as ColumnSpan
      if (index > 0) out[written++] = comma
      const from = places[2 * first] as number
      const to = places[2 * last + 1] as number
      const renew = renewals[first]
      if (!renew) written += chunk.copy(out, written, from, to)
      else if (from < to) written += out.write(renew(chunk.toString('latin1', from, to)), written, 'latin1')
      else written += out.write(byStableKey(chunk, first, rewriting), written, 'latin1')
    }
    written += suffix.copy(out, written)
    out[written++] = newline
    start = end + 1
  }
  return out.subarray(0, written)
}

/** Offset of the newline that ends the record; its fields are told in `places`. The CSV reader has checked the quotes. */
function findFields(chunk: Buffer, start: number, { renewals, places }: Rewriting): number {
  let at = start
  for (let index = 0; index < renewals.length; index++) {
    places[2 * index] = at
    if (renewals[index] && chunk[at] !== comma && chunk[at] !== newline) {
      at += uuidLength
      if (chunk[at] !== comma && chunk[at] !== newline) throw new UnusualId()
    } else {
      while (chunk[at] === quote) at = chunk.indexOf(quote, at + 1) + 1
      while (chunk[at] !== comma && chunk[at] !== newline) at++
    }
    places[2 * index + 1] = at
    at++
  }
  return at - 1
}

/** The id of the shared row that the record names instead of an id; '' where it names none. */
function byStableKey(chunk: Buffer, index: number, { columns, places }: Rewriting): string {
  const stable = columns[index]?.stable
  if (!stable) return ''
  const field = chunk.toString('utf8', places[2 * stable.column], places[2 * stable.column + 1])
  if (field === '') return ''
  const id = stable.ids.get(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field)
  if (id === undefined) throw new UnusualId()
  return id
}
