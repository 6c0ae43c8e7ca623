/** What a map can be coloured by; of words the values are places in the list. */
interface MapColumn {
  readonly name: string
  readonly words?: readonly string[]
}

/** The units of a map, by their places in it. */
export interface UnitMap {
  /** Kind of `subject` of findings. */
  readonly of: string
  readonly columns: readonly MapColumn[]
  readonly ids: Int32Array
  /** By column, then by unit; NaN for none. */
  readonly values: readonly Float32Array[]
  /** First ring of each unit, and behind the last one. */
  readonly rings: Uint32Array
  /** First point of each ring, and behind the last one. */
  readonly points: Uint32Array
  /** x and y of each point, on a plane that is as wide as it is high, y upwards. */
  readonly xy: Float64Array
  /** Of each unit: least x, least y, most x, most y. */
  readonly boxes: Float64Array
  /** Of all units. */
  readonly box: readonly [number, number, number, number]
  /** Of one step of the plane. Absent: unknown. */
  readonly metres?: number
}

const metresOfDegree = 111_320

/** Of the bytes of a route `…/grid`. Throws `RangeError` for any others. */
export function readUnitMap(bytes: ArrayBuffer): UnitMap {
  const view = new DataView(bytes)
  const headSize = view.getUint32(0, true)
  const { of, coordinates, columns } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(bytes, 4, headSize)),
  ) as { of: string; coordinates: 'degrees' | 'plane'; columns: readonly MapColumn[] }
  const starts: number[] = []
  let units = 0
  for (let at = 4 + headSize; ; at += 4 + view.getUint32(at, true)) {
    const count = view.getUint32(at + 4, true)
    if (count === 0) break
    starts.push(at + 4)
    units += count
  }
  const ids = new Int32Array(units)
  const values = columns.map(() => new Float32Array(units))
  const rings: number[] = [0]
  const points: number[] = [0]
  const xys: Float64Array[] = []
  let unit = 0
  for (const start of starts) {
    const count = view.getUint32(start, true)
    const box = [4, 12, 20, 28].map((at) => view.getFloat64(start + at, true))
    const [x0 = 0, y0 = 0, width = 0, height = 0] = box
    let at = start + 36
    // Arrays lie where their items may not: what is copied lies right.
    const take = (size: number) => {
      at += size
      return bytes.slice(at - size, at)
    }
    ids.set(new Int32Array(take(count * 4)), unit)
    for (const column of values) column.set(new Float32Array(take(count * 4)), unit)
    const ringCounts = new Uint16Array(take(count * 2))
    for (const ringCount of ringCounts) rings.push((rings.at(-1) ?? 0) + ringCount)
    const pointCounts = new Uint16Array(take(ringCounts.reduce((sum, one) => sum + one, 0) * 2))
    for (const pointCount of pointCounts) points.push((points.at(-1) ?? 0) + pointCount)
    const packed = new Uint16Array(take(pointCounts.reduce((sum, one) => sum + one, 0) * 4))
    const xy = new Float64Array(packed.length)
    for (let one = 0; one < packed.length; one += 2) {
      xy[one] = x0 + ((packed[one] as number) / 65_535) * width
      xy[one + 1] = y0 + ((packed[one + 1] as number) / 65_535) * height
    }
    xys.push(xy)
    unit += count
  }
  const xy = new Float64Array(xys.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const some of xys) {
    xy.set(some, at)
    at += some.length
  }
  const isDegrees = coordinates === 'degrees'
  if (isDegrees) widen(xy)
  const shape = { ids, rings: Uint32Array.from(rings), points: Uint32Array.from(points), xy }
  return { of, columns, values, ...shape, ...boxesOf(shape), ...(isDegrees && { metres: metresOfDegree }) }
}

/** A degree of longitude is as long as it is in the middle. */
function widen(xy: Float64Array): void {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let at = 1; at < xy.length; at += 2) {
    least = Math.min(least, xy[at] as number)
    most = Math.max(most, xy[at] as number)
  }
  const factor = Math.max(0.05, Math.cos((((least + most) / 2) * Math.PI) / 180))
  for (let at = 0; at < xy.length; at += 2) xy[at] = (xy[at] as number) * factor
}

function boxesOf({ ids, rings, points, xy }: Pick<UnitMap, 'ids' | 'rings' | 'points' | 'xy'>) {
  const boxes = new Float64Array(ids.length * 4)
  const all = [Infinity, Infinity, -Infinity, -Infinity]
  for (let unit = 0; unit < ids.length; unit += 1) {
    const own = [Infinity, Infinity, -Infinity, -Infinity]
    const first = points[rings[unit] as number] as number
    const end = points[rings[unit + 1] as number] as number
    for (let at = first * 2; at < end * 2; at += 2) {
      const [x, y] = [xy[at] as number, xy[at + 1] as number]
      if (x < (own[0] as number)) own[0] = x
      if (y < (own[1] as number)) own[1] = y
      if (x > (own[2] as number)) own[2] = x
      if (y > (own[3] as number)) own[3] = y
    }
    boxes.set(own, unit * 4)
    for (const side of [0, 1]) all[side] = Math.min(all[side] as number, own[side] as number)
    for (const side of [2, 3]) all[side] = Math.max(all[side] as number, own[side] as number)
  }
  return { boxes, box: all as unknown as UnitMap['box'] }
}
