import type { Ids } from '@piecework/core'

const comma = 0x2c
const newline = 0x0a
const quote = 0x22
const uuidLength = 36
const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** An id is not written as PostgreSQL writes uuids: the database must read it first. */
export class UnusualId extends Error {}

/**
 * Whole records of a CSV file with new ids in place of the old and `suffix` (`,value`) at the end of each. Throws `UnusualId`.
 *
 * @param tables for each column of the file, the name under which its ids are remapped
 */
export async function* renewedRecords(
  chunks: AsyncIterable<Uint8Array>,
  tables: readonly (string | undefined)[],
  suffix: Buffer,
  ids: Pick<Ids, 'idOf'>,
): AsyncGenerator<Uint8Array> {
  const columns = tables.map((table) => (table === undefined ? undefined : renewal(table, ids)))
  for await (const chunk of chunks) {
    yield renewChunk(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length), columns, suffix)
  }
}

type Renew = (old: string) => string

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

function renewChunk(chunk: Buffer, columns: readonly (Renew | undefined)[], suffix: Buffer): Buffer {
  let out = Buffer.allocUnsafe(chunk.length + 1024 * suffix.length)
  let written = 0
  let at = 0
  const places: number[] = []
  const renewed: string[] = []
  while (at < chunk.length) {
    const start = at
    places.length = renewed.length = 0
    for (let index = 0; index < columns.length; index++) {
      const renew = columns[index]
      if (renew && chunk[at] !== comma && chunk[at] !== newline) {
        const old = chunk.toString('latin1', at, at + uuidLength)
        places.push(at - start)
        renewed.push(renew(old))
        at += uuidLength
        if (chunk[at] !== comma && chunk[at] !== newline) throw new UnusualId()
      } else at = endOfField(chunk, at)
      at++
    }
    const end = at - 1
    if (out.length < written + end - start + suffix.length + 1) {
      const larger = Buffer.allocUnsafe(2 * out.length + end - start + suffix.length)
      out.copy(larger, 0, 0, written)
      out = larger
    }
    chunk.copy(out, written, start, end)
    for (let index = 0; index < places.length; index++) {
      out.write(renewed[index] as string, written + (places[index] as number), 'latin1')
    }
    written += end - start
    written += suffix.copy(out, written)
    out[written++] = newline
  }
  return out.subarray(0, written)
}

/** Offset of the comma or newline behind the field. The CSV reader has checked the quotes. */
function endOfField(chunk: Buffer, start: number): number {
  let at = start
  while (chunk[at] === quote) {
    at = chunk.indexOf(quote, at + 1) + 1
  }
  while (chunk[at] !== comma && chunk[at] !== newline) at++
  return at
}
