import type { Column } from '../catalogue.js'

const bits: Readonly<Record<string, bigint>> = { int2: 15n, int4: 31n, int8: 63n }

/** The greatest number that the column, or an element of it, can hold; undefined if it holds no integers. */
export function mostOf({ base, element }: Pick<Column, 'base' | 'element'>): bigint | undefined {
  const width = bits[element ?? base]
  return width === undefined ? undefined : 2n ** width - 1n
}
