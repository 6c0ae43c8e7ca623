import { referenceInteger } from '@piecework/test-support/fixtures/reference-table.js'
import type { ShapefileParts } from '@piecework/test-support/fixtures/shapefile-of.js'

/** A planning unit: its id and its rings as they stand in the file, each closed. */
export interface ReferenceUnit {
  readonly id: number
  readonly rings: readonly string[]
}

/**
 * A second reader of shapefiles of polygons in degrees, for comparison: whole files, shapes found by the
 * index as other programs do. Undefined: to be refused.
 */
export function referenceGrid({ shp, shx, dbf }: ShapefileParts): readonly ReferenceUnit[] | undefined {
  const ids = idsOf(dbf)
  const shapes = shapesOf(shp, shx)
  if (!ids || !shapes || ids.length !== shapes.length) return undefined
  const units: ReferenceUnit[] = []
  for (const [at, id] of ids.entries()) {
    const rings = shapes[at]
    if (id === 'deleted') continue
    if (id === undefined || !rings || units.some((unit) => unit.id === id)) return undefined
    units.push({ id, rings })
  }
  return units.length > 0 ? units : undefined
}

/** Of each record; undefined for those that are none. */
function idsOf(dbf: Buffer): readonly (number | 'deleted' | undefined)[] | undefined {
  if (dbf.length < 33) return undefined
  const [records, begin, length] = [dbf.readUInt32LE(4), dbf.readUInt16LE(8), dbf.readUInt16LE(10)]
  if (begin < 33 || begin + records * length > dbf.length) return undefined
  const fields: { name: string; type: string; from: number; to: number }[] = []
  let from = 1
  for (let at = 32; at + 32 <= begin && dbf[at] !== 0x0d; at += 32) {
    const name =
      dbf
        .toString('latin1', at, at + 11)
        .split('\0')[0]
        ?.trim() ?? ''
    const to = from + dbf.readUInt8(at + 16)
    fields.push({ name, type: String.fromCharCode(dbf.readUInt8(at + 11)), from, to })
    from = to
  }
  const id = fields.find(({ name }) => name === 'puid') ?? fields.find(({ name }) => /^pu_?id$/i.test(name))
  if (!id || !'CNF'.includes(id.type) || from !== length) return undefined
  const ids: (number | 'deleted' | undefined)[] = []
  for (let record = 0; record < records; record += 1) {
    const row = dbf.toString('latin1', begin + record * length, begin + (record + 1) * length)
    if (row[0] !== ' ' && row[0] !== '*') return undefined
    const text = row.slice(id.from, id.to).replace(/^ +|[ \0]+$/g, '')
    ids.push(row[0] === '*' ? 'deleted' : referenceInteger(text, 0, 2 ** 31 - 1))
  }
  return ids
}

/** Of each entry of the index; undefined for shapes that are no polygons of rings on earth. */
function shapesOf(shp: Buffer, shx: Buffer): readonly (readonly string[] | undefined)[] | undefined {
  if (shp.length < 100 || shx.length < 100) return undefined
  if (shp.readInt32BE(0) !== 9994 || shx.readInt32BE(0) !== 9994) return undefined
  const type = shp.readInt32LE(32)
  if (![5, 15, 25].includes(type) || shp.readInt32BE(24) * 2 > shp.length) return undefined
  const shapes: (readonly string[] | undefined)[] = []
  let end = 100
  for (let at = 100; at + 8 <= shx.length; at += 8) {
    const offset = shx.readInt32BE(at) * 2
    if (offset !== end || offset + 8 > shp.length) return undefined
    const length = shp.readInt32BE(offset + 4) * 2
    end = offset + 8 + length
    if (length < 4 || end > shp.length) return undefined
    const shape = ringsOf(shp.subarray(offset + 8, end), type)
    if (shape === 'broken') return undefined
    shapes.push(shape)
  }
  return end === shp.readInt32BE(24) * 2 ? shapes : undefined
}

function ringsOf(content: Buffer, type: number): readonly string[] | undefined | 'broken' {
  const own = content.readInt32LE(0)
  if (own === 0) return undefined
  if (own !== type || content.length < 44) return 'broken'
  const [parts, points] = [content.readInt32LE(36), content.readInt32LE(40)]
  if (parts < 0 || points < 0 || 44 + 4 * parts + 16 * points > content.length) return 'broken'
  const starts = Array.from({ length: parts }, (_, part) => content.readInt32LE(44 + 4 * part))
  if (
    starts.some(
      (start, part) => (part === 0 ? start !== 0 : start <= (starts[part - 1] ?? 0)) || start >= points,
    )
  )
    return 'broken'
  const rings: string[] = []
  for (const [part, start] of starts.entries()) {
    const ring: string[] = []
    for (let point = start; point < (starts[part + 1] ?? points); point += 1) {
      const at = 44 + 4 * parts + 16 * point
      const [x, y] = [content.readDoubleLE(at), content.readDoubleLE(at + 8)]
      if (!(Math.abs(x) <= 360 && x >= -180.000000001 && Math.abs(y) <= 90.000000001)) return undefined
      ring.push(`${x + 0} ${y + 0}`)
    }
    if (ring[0] !== ring.at(-1)) ring.push(ring[0] ?? '')
    // A ring without area is left out.
    if (ring.length >= 4) rings.push(ring.join())
  }
  return rings.length > 0 ? rings.sort() : undefined
}
