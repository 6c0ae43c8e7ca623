import { type Coordinates, type Ewkb, ewkbType } from '../output/ewkb.js'

const flags = { z: 0x80000000, m: 0x40000000, srid: 0x20000000 } as const

/** As PostgreSQL prints a geometry: hexadecimal digits, the inverse of `readEwkb`. */
export function writeEwkb(geometry: Ewkb): string {
  const bytes = Buffer.alloc(sizeOf(geometry))
  write(geometry, bytes, 0)
  return bytes.toString('hex').toUpperCase()
}

const dimensions = ({ hasZ, hasM }: Ewkb): number => 2 + Number(hasZ) + Number(hasM)

function sizeOf(geometry: Ewkb): number {
  const { type, srid, positions, rings, members = [] } = geometry
  const position = 8 * dimensions(geometry)
  const head = srid === undefined ? 5 : 9
  if (type === ewkbType.point) return head + position
  if (positions) return head + 4 + position * positions.length
  if (rings) return head + 4 + rings.reduce((sum, ring) => sum + 4 + position * ring.length, 0)
  return head + 4 + members.reduce((sum, member) => sum + sizeOf(member), 0)
}

function write(geometry: Ewkb, bytes: Buffer, start: number): number {
  const { type, hasZ, hasM, srid, positions, rings, members = [] } = geometry
  const word = type + (hasZ ? flags.z : 0) + (hasM ? flags.m : 0) + (srid === undefined ? 0 : flags.srid)
  let at = bytes.writeUInt32LE(word, bytes.writeUInt8(1, start))
  if (srid !== undefined) at = bytes.writeUInt32LE(srid, at)
  const put = (one: Coordinates): void => {
    for (const number of one) at = bytes.writeDoubleLE(number, at)
  }
  if (type === ewkbType.point) {
    const nowhere = Array.from({ length: dimensions(geometry) }, () => Number.NaN)
    put(positions?.[0] ?? (nowhere as unknown as Coordinates))
  } else if (positions) {
    at = bytes.writeUInt32LE(positions.length, at)
    for (const position of positions) put(position)
  } else if (rings) {
    at = bytes.writeUInt32LE(rings.length, at)
    for (const ring of rings) {
      at = bytes.writeUInt32LE(ring.length, at)
      for (const position of ring) put(position)
    }
  } else {
    at = bytes.writeUInt32LE(members.length, at)
    for (const member of members) at = write(member, bytes, at)
  }
  return at
}
