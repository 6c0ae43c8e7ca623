import { PieceworkError } from '@piecework/core/piece'
import type { Expression } from '../tool/expression.js'
import type { Pixels } from './data-type.js'
import { PixelPool } from './pixel-pool.js'

type Numbers = Float64Array | Pixels

/** Loops of one operator: no code is made of an expression. */
const loops = {
  add: (a: Numbers, b: Numbers, out: Float64Array) => {
    for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) + (b[i] as number)
  },
  subtract: (a: Numbers, b: Numbers, out: Float64Array) => {
    for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) - (b[i] as number)
  },
  multiply: (a: Numbers, b: Numbers, out: Float64Array) => {
    for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) * (b[i] as number)
  },
  divide: (a: Numbers, b: Numbers, out: Float64Array) => {
    for (let i = 0; i < out.length; i++)
      out[i] = b[i] === 0 ? Number.NaN : (a[i] as number) / (b[i] as number)
  },
  min: (a: Numbers, b: Numbers, out: Float64Array) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(a[i] as number, b[i] as number)
  },
  max: (a: Numbers, b: Numbers, out: Float64Array) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(a[i] as number, b[i] as number)
  },
} as const

/**
 * The value of an expression for each pixel, computed as doubles; NaN for a division by 0. What is as deep as the expression
 * is held at once.
 */
export function arithmetic(
  expression: Expression,
  bands: ReadonlyMap<string, Pixels>,
  length: number,
  pool = new PixelPool(),
): Float64Array {
  const given = new Set<Numbers>(bands.values())
  const isBand = (numbers: Numbers): boolean => given.has(numbers)
  const value = (term: Expression): Numbers => {
    if (typeof term === 'number') return pool.take('float64', length).fill(term)
    if ('band' in term) {
      const pixels = bands.get(term.band)
      if (!pixels) throw new PieceworkError('imagery/band-missing', `There is no band "${term.band}"`)
      return pixels
    }
    const [first, ...others] = term.of.map((_, at) => at)
    let sum = value(term.of[first as number] as Expression)
    for (const at of others) {
      const out = pool.take('float64', length)
      const next = value(term.of[at] as Expression)
      loops[term.op](sum, next, out)
      for (const done of [sum, next]) if (!isBand(done)) pool.giveBack(done)
      sum = out
    }
    return sum
  }
  const result = value(expression)
  if (result instanceof Float64Array && !isBand(result)) return result
  const doubles = pool.take('float64', length)
  doubles.set(result)
  return doubles
}
