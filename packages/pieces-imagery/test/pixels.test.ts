import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { arithmetic } from '#internal/pixels/arithmetic.js'
import { colorLookup, corrected } from '#internal/pixels/color-correction.js'
import { dataTypes, holds, newPixels, rangeOf } from '#internal/pixels/data-type.js'
import { evi, normalizedDifference } from '#internal/pixels/indices.js'
import { emptyLayer, overlay } from '#internal/pixels/overlay.js'
import { PixelPool } from '#internal/pixels/pixel-pool.js'

const test = suite('imagery: pixels')

test('divisions by 0 are nothing, not infinite', () => {
  assert.equal([...normalizedDifference(Uint16Array.of(0, 3), Uint16Array.of(0, 1))], [Number.NaN, 0.5])
  // nir + 6 red − 7.5 blue + 1 = 0
  assert.ok(
    Number.isNaN(evi({ nir: Float32Array.of(-1), red: Float32Array.of(0), blue: Float32Array.of(0) }, 1)[0]),
  )
  const quotient = arithmetic(
    { op: 'divide', of: [{ band: 'a' }, { band: 'b' }] },
    new Map([
      ['a', Uint8Array.of(4, 4)],
      ['b', Uint8Array.of(0, 2)],
    ]),
    2,
  )
  assert.equal([...quotient], [Number.NaN, 2])
})

test('arrays are used again once no layer has them, and never those of a layer that is still read', () => {
  const pool = new PixelPool()
  const kept = emptyLayer([{ name: 'a', type: 'float64' }], 4, pool)
  const [band] = kept.bands
  band?.pixels.fill(7)
  const alone = arithmetic({ band: 'a' }, new Map([['a', band?.pixels as Float64Array]]), 4, pool)
  pool.giveBack(alone)
  const sum = arithmetic({ op: 'add', of: [{ band: 'a' }, 1, 2] }, new Map([['a', alone]]), 4, pool)
  assert.equal([...(band?.pixels ?? [])], [7, 7, 7, 7])
  assert.ok([alone, sum].every(({ buffer }) => buffer !== band?.pixels.buffer))
  pool.keep([kept])
  const again = [pool.take('float64', 4), pool.take('float64', 3), pool.take('float64', 4)]
  assert.ok(again.some(({ buffer }) => buffer === sum.buffer))
  assert.is(new Set([band?.pixels.buffer, ...again.map(({ buffer }) => buffer)]).size, 4)
  pool.keep([])
  assert.is(
    new Set([...again, band?.pixels].map((one) => one?.buffer)).has(pool.take('float64', 2).buffer),
    true,
  )
})

test('operators go from the left, as doubles', () => {
  const bands = new Map([['a', Uint16Array.of(65535)]])
  const of = (op: 'add' | 'subtract' | 'multiply' | 'min' | 'max', ...terms: number[]) =>
    arithmetic({ op, of: [{ band: 'a' }, ...terms] }, bands, 1)[0]
  assert.is(of('subtract', 5, 30), 65500)
  assert.is(of('multiply', 65535, 65535), 65535 ** 3)
  assert.equal([of('min', 3, 9), of('max', 70_000), of('add', 0.5)], [3, 70_000, 65535.5])
})

test('corrected colors are 1 to 255, in the order of the values', () => {
  const settings = fc.record({
    clip: fc.record({
      min: fc.integer({ min: -100, max: 30_000 }),
      max: fc.integer({ min: 30_001, max: 90_000 }),
    }),
    gamma: fc.double({ min: 0.1, max: 5, noNaN: true }),
    sigmoidal: fc.record({
      alpha: fc.double({ min: 0, max: 1, noNaN: true }),
      beta: fc.double({ min: 0.1, max: 30, noNaN: true }),
    }),
  })
  fc.assert(
    fc.property(settings, (given) => {
      const lookup = colorLookup(given, { range: [0, 65535], band: 0 })
      const [table] = corrected([Uint16Array.from({ length: 65536 }, (_, at) => at)], [lookup], undefined)
      if (!table) return false
      for (let at = 0; at < table.length; at++) {
        const value = table[at] as number
        if (value < 1 || value < (table[at - 1] ?? 0)) return false
      }
      return (given.clip.min < 0 || table[0] === 1) && (given.clip.max > 65535 || table[65535] === 255)
    }),
    {
      numRuns: 10,
      examples: [[{ clip: { min: -100, max: 90_000 }, gamma: 1, sigmoidal: { alpha: 0, beta: 30 } }]],
    },
  )
})

test('each band may have its own clip, and negative values', () => {
  const clip = [
    { min: 0, max: 1 },
    { min: -10, max: 10 },
  ]
  const second = colorLookup({ clip }, { range: [-32768, 32767], band: 1 })
  const [bytes] = corrected([Int16Array.of(-32768, -10, 0, 10, 32767)], [second], undefined)
  assert.equal([...(bytes ?? [])], [1, 1, 128, 255, 255])
})

test('equalized values are spread by how many pixels have less', () => {
  const histogram = new Float64Array(256)
  histogram[10] = 1
  histogram[11] = 2
  histogram[200] = 2
  const { table } = colorLookup({ equalize: true }, { range: [0, 255], band: 0, histogram })
  assert.equal([table[0], table[10], table[11], table[200], table[255]], [0, 0, 0.5, 1, 1])
  assert.throws(() => colorLookup({ equalize: true }, { range: [0, 255], band: 0 }), /histogram/)
})

test('saturation keeps colors from becoming nodata', () => {
  const bands = [Uint8Array.of(0, 255), Uint8Array.of(250, 255), Uint8Array.of(0, 255)]
  const lookups = bands.map((_, band) => colorLookup({}, { range: [0, 255], band }))
  assert.equal(
    corrected(bands, lookups, 10).map((band) => [...band]),
    [
      [1, 255],
      [255, 255],
      [1, 255],
    ],
  )
})

test('mosaic: pixels are laid over each other whole, zeros of one band too', () => {
  const layer = (valid: number[], red: number[], blue: number[]) => ({
    valid: Uint8Array.from(valid),
    bands: [red, blue].map((values, at) => ({
      name: `${at}`,
      type: 'uint8' as const,
      pixels: Uint8Array.from(values),
    })),
  })
  const below = layer([1, 1, 0], [1, 2, 0], [4, 5, 0])
  overlay(below, layer([0, 1, 1], [9, 0, 7], [9, 8, 0]))
  assert.equal(below, layer([1, 1, 1], [1, 0, 7], [4, 8, 0]))
})

test('a type holds another if each of its values comes back', () => {
  for (const wide of dataTypes)
    for (const narrow of dataTypes) {
      const values =
        rangeOf(narrow) ??
        [0.1, 3.4e38, narrow === 'float64' ? 1e300 : 0.1].map((value) =>
          Number(newPixels(narrow, 1).fill(value as never)[0]),
        )
      // What single precision cannot hold of integers: an odd one near the end.
      const tried = rangeOf(narrow) ? [...values, (values[1] as number) - 1] : values
      const isKept = tried.every((value) => newPixels(wide, 1).fill(value as never)[0] === value)
      assert.is(holds(wide, narrow), isKept, `${wide} of ${narrow}`)
    }
})

test.run()
