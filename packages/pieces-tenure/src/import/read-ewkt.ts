import { geometryDepth } from '../defaults.js'
import { type Coordinates, type Ewkb, ewkbType } from '../output/ewkb.js'
import { ewktTypes, memberOf, namedIn } from './ewkt-kinds.js'

/**
 * Reads a geometry as `ewktOf` and PostGIS write it, of any kind. Throws a SyntaxError that says what is wrong for what
 * PostGIS would refuse: rings that are not closed, lines of one position.
 */
export function readEwkt(text: string): Ewkb {
  const srid = /^\s*SRID\s*=\s*(\d{1,6})\s*;/i.exec(text)
  const reader = new EwktReader(text, srid?.[0].length ?? 0)
  const geometry = reader.whole()
  return srid ? { ...geometry, srid: Number(srid[1]) } : geometry
}

interface Dimensions {
  hasZ: boolean
  hasM: boolean
  /** Numbers of a position; undefined until it is known. */
  size: number | undefined
}

class EwktReader {
  readonly #text: string
  #at: number
  /** Of all of it: PostGIS does not mix them. */
  #dimensions: Dimensions | undefined

  constructor(text: string, at: number) {
    this.#text = text
    this.#at = at
  }

  whole(): Ewkb {
    const geometry = this.#named(0)
    this.#skip()
    if (this.#at < this.#text.length) throw this.#wrong('the end was expected')
    const { hasZ = false, hasM = false } = this.#dimensions ?? {}
    return withDimensions(geometry, hasZ, hasM)
  }

  #named(depth: number, allowed?: readonly number[]): Ewkb {
    if (depth > geometryDepth)
      throw this.#wrong(`there are more than ${geometryDepth} geometries within others`)
    const [, name = '', flags = ''] = this.#match(/([a-z]+?)(?:\s*(ZM|Z|M))?(?=[\s(]|$)/iy) ?? []
    const type = ewktTypes[name.toUpperCase()]
    if (type === undefined) throw this.#wrong('the kind of the shape was expected, such as POINT or POLYGON')
    if (allowed && !allowed.includes(type)) throw this.#wrong(`${name} cannot stand here`)
    this.#setFlags(flags.toUpperCase())
    return this.#content(type, depth)
  }

  #content(type: number, depth: number): Ewkb {
    const head = { type, hasZ: false, hasM: false }
    const isEmpty = this.#match(/EMPTY(?![A-Za-z])/iy) !== undefined
    switch (type) {
      case ewkbType.point: {
        const positions = isEmpty ? [] : this.#list(() => this.#position())
        if (positions.length > 1) throw this.#wrong('a point has one position')
        return { ...head, positions }
      }
      case ewkbType.lineString:
      case ewkbType.circularString: {
        const positions = isEmpty ? [] : this.#list(() => this.#position())
        if (positions.length === 1) throw this.#wrong('a line has fewer than two positions')
        if (type === ewkbType.circularString && positions.length > 0 && positions.length % 2 === 0)
          throw this.#wrong('an arc has an odd number of positions')
        return { ...head, positions }
      }
      case ewkbType.polygon:
      case ewkbType.triangle: {
        const rings = isEmpty ? [] : this.#list(() => this.#ring())
        if (type === ewkbType.triangle && rings.some((ring) => ring.length !== 4))
          throw this.#wrong('a triangle has three corners')
        return { ...head, rings }
      }
      default:
        return { ...head, members: isEmpty ? [] : this.#list(() => this.#member(type, depth)) }
    }
  }

  #member(type: number, depth: number): Ewkb {
    const nameless = memberOf[type]
    this.#skip()
    const next = this.#text[this.#at] ?? ''
    if (nameless === undefined || (/[A-Za-z]/.test(next) && !this.#isEmptyNext()))
      return this.#named(depth + 1, namedIn[type])
    // Old versions of PostGIS wrote positions of a multipoint without parentheses.
    if (type === ewkbType.multiPoint && next !== '(' && !this.#isEmptyNext())
      return { type: ewkbType.point, hasZ: false, hasM: false, positions: [this.#position()] }
    return this.#content(nameless, depth + 1)
  }

  #isEmptyNext(): boolean {
    return /^EMPTY/i.test(this.#text.slice(this.#at, this.#at + 5))
  }

  #ring(): readonly Coordinates[] {
    if (this.#match(/EMPTY(?![A-Za-z])/iy)) throw this.#wrong('an outline cannot be empty')
    const ring = this.#list(() => this.#position())
    const [first, last] = [ring[0], ring.at(-1)]
    if (ring.length < 4) throw this.#wrong('an outline has fewer than four positions')
    if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1])
      throw this.#wrong('an outline does not end where it begins')
    return ring
  }

  #list<T>(one: () => T): T[] {
    this.#expect('(')
    const all = [one()]
    while (this.#taken(',')) all.push(one())
    this.#expect(')')
    return all
  }

  #position(): Coordinates {
    const [x, y, ...others] = this.#numbers()
    const size = others.length + 2
    if (x === undefined || y === undefined || size > 4)
      throw this.#wrong('a position has two to four numbers')
    const dimensions = this.#dimensions ?? { hasZ: size > 2, hasM: size > 3, size: undefined }
    this.#dimensions = dimensions
    const wanted = dimensions.size ?? 2 + Number(dimensions.hasZ) + Number(dimensions.hasM)
    if (size !== wanted) throw this.#wrong(`a position has ${size} numbers where ${wanted} were expected`)
    return [x, y, ...others]
  }

  #numbers(): readonly number[] {
    const all: number[] = []
    for (;;) {
      const [found] = this.#match(/[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![^\s,()])/y) ?? []
      if (found === undefined) break
      const number = Number(found)
      if (!Number.isFinite(number)) throw this.#wrong(`${found.slice(0, 50)} is too large`)
      all.push(number)
      if (all.length > 4) break
    }
    if (all.length === 0) throw this.#wrong('a number was expected')
    return all
  }

  #setFlags(flags: string): void {
    if (flags === '') return
    const [hasZ, hasM] = [flags.includes('Z'), flags.includes('M')]
    const known = this.#dimensions
    if (known && (known.hasZ !== hasZ || known.hasM !== hasM)) throw this.#wrong('the dimensions are mixed')
    this.#dimensions = { hasZ, hasM, size: 2 + Number(hasZ) + Number(hasM) }
  }

  #expect(character: string): void {
    if (!this.#taken(character)) throw this.#wrong(`"${character}" was expected`)
  }

  #taken(character: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    this.#skip()
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found) this.#at += found[0].length
    return found ?? undefined
  }

  #wrong(what: string): SyntaxError {
    return new SyntaxError(`${what} (character ${this.#at + 1})`)
  }
}

function withDimensions(geometry: Ewkb, hasZ: boolean, hasM: boolean): Ewkb {
  const { members } = geometry
  return {
    ...geometry,
    hasZ,
    hasM,
    ...(members && { members: members.map((member) => withDimensions(member, hasZ, hasM)) }),
  }
}
