import fc from 'fast-check'

/** Turns bytes into other bytes. */
export type Corruption = (bytes: Buffer) => Buffer

/** Bytes that mean something in tables and archives, and any others. */
const byte = fc.oneof(
  fc.constantFrom(...Buffer.from('0123456789.,-+eE;\t "\r\n*/NA')),
  fc.constantFrom(0, 0x1a, 0x7f, 0x80, 0xa0, 0xff),
  fc.nat(255),
)

/** A place in a file of any length. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = (bytes: Buffer, where: number) => Math.floor(where * bytes.length)
const spliced = (bytes: Buffer, from: number, to: number, ...middle: Uint8Array[]) =>
  Buffer.concat([bytes.subarray(0, from), ...middle, bytes.subarray(to)])

const cut = place.map(
  (end): Corruption =>
    (bytes) =>
      bytes.subarray(0, at(bytes, end)),
)
const cutFront = place.map(
  (start): Corruption =>
    (bytes) =>
      bytes.subarray(at(bytes, start * 0.1)),
)
const without = fc.tuple(place, fc.nat(12)).map(
  ([start, length]): Corruption =>
    (bytes) =>
      spliced(bytes, at(bytes, start), at(bytes, start) + length + 1),
)
const replaced = fc.tuple(place, byte).map(
  ([where, value]): Corruption =>
    (bytes) =>
      spliced(bytes, at(bytes, where), at(bytes, where) + 1, Buffer.of(value)),
)
const inserted = fc.tuple(place, byte).map(
  ([where, value]): Corruption =>
    (bytes) =>
      spliced(bytes, at(bytes, where), at(bytes, where), Buffer.of(value)),
)
const flipped = fc.tuple(place, fc.nat(7)).map(
  ([where, bit]): Corruption =>
    (bytes) => {
      const changed = Buffer.from(bytes)
      const index = at(bytes, where)
      changed[index] = (changed[index] ?? 0) ^ (1 << bit)
      return changed
    },
)
const doubled = fc.tuple(place, fc.nat(12)).map(
  ([start, length]): Corruption =>
    (bytes) => {
      const from = at(bytes, start)
      return spliced(bytes, from, from, bytes.subarray(from, from + length + 1))
    },
)
const swapped = fc.tuple(place, fc.integer({ min: 1, max: 20 })).map(
  ([where, distance]): Corruption =>
    (bytes) => {
      const changed = Buffer.from(bytes)
      const one = at(bytes, where)
      const other = Math.min(one + distance, bytes.length - 1)
      if (other < 0) return bytes
      changed[one] = bytes[other] ?? 0
      changed[other] = bytes[one] ?? 0
      return changed
    },
)

/** Of bytes: cut, flipped, swapped, doubled. */
export const byteCorruption: fc.Arbitrary<Corruption> = fc.oneof(
  cut,
  cutFront,
  without,
  { arbitrary: replaced, weight: 4 },
  inserted,
  { arbitrary: flipped, weight: 3 },
  doubled,
  swapped,
)

type Change = <T>(list: readonly T[]) => readonly T[]

const change: fc.Arbitrary<Change> = fc.tuple(place, place, fc.constantFrom('cut', 'double', 'swap')).map(
  ([one, other, how]): Change =>
    <T>(list: readonly T[]) => {
      const from = Math.floor(one * list.length)
      const to = Math.floor(other * list.length)
      const changed = [...list]
      if (how === 'cut') changed.splice(from, 1)
      else if (how === 'double') changed.splice(to, 0, ...list.slice(from, from + 1))
      else if (from < list.length && to < list.length)
        [changed[from], changed[to]] = [list[to] as T, list[from] as T]
      return changed
    },
)

const text =
  (edit: (text: string) => string): Corruption =>
  (bytes) =>
    Buffer.from(edit(bytes.toString('latin1')), 'latin1')
const onLines = change.map((edit) => text((all) => edit(all.split('\n')).join('\n')))
const onColumns = fc.tuple(change, fc.boolean()).map(([edit, header]) =>
  text((all) =>
    all
      .split('\n')
      .map((line, number) =>
        line === '' || (number === 0 && !header) ? line : edit(line.split(',')).join(','),
      )
      .join('\n'),
  ),
)
const onCells = fc.tuple(place, change).map(([where, edit]) =>
  text((all) => {
    const lines = all.split('\n')
    const number = Math.floor(where * lines.length)
    return lines.map((line, index) => (index === number ? edit(line.split(',')).join(',') : line)).join('\n')
  }),
)

/** Of a table of commas: bytes, lines and columns. */
export const tableCorruption: fc.Arbitrary<Corruption> = fc.oneof(
  { arbitrary: byteCorruption, weight: 5 },
  onLines,
  onColumns,
  onCells,
)

/** Some of them, one after the other. */
export const several = (corruption: fc.Arbitrary<Corruption>, most = 3): fc.Arbitrary<Corruption> =>
  fc.array(corruption, { minLength: 1, maxLength: most }).map(
    (all): Corruption =>
      (bytes) =>
        all.reduce((changed, corrupt) => corrupt(changed), bytes),
  )

const { PIECEWORK_RANDOM_CORRUPTIONS: asked } = process.env

/** The same cases each time; so many new ones where `PIECEWORK_RANDOM_CORRUPTIONS` asks for them. */
export const cases = (usual: number) => ({
  ...(asked ? { numRuns: Number(asked) } : { numRuns: usual, seed: 20_261_122 }),
  includeErrorInReport: true,
})
