import type { KeyRange } from '@piecework/core/piece'

/** A column, which costs nothing to read twice. */
const plain = /^[a-z][a-z0-9]*\.(?:[a-z][a-z0-9_]*|"(?:[^"]|"")+")$/

/**
 * SQL (bigint) of the new key of the old key `expression`; NULL for a key in no range, whichever gap it lies
 * in. `ranges`: in order, none overlaps another.
 */
export function rangesSql(ranges: readonly KeyRange[], expression: string): string {
  if (ranges.length === 0) return 'NULL::bigint'
  return once(expression, (key) => (ranges.length === 1 ? oneRange(ranges, key) : manyRanges(ranges, key)))
}

/** The same of ranges in a relation as `Ids.keyRelation` gives one. */
export const relationSql = (relation: string, expression: string): string =>
  once(
    expression,
    (key) =>
      `(SELECT CASE WHEN ${key} <= kr.old_from + (kr.length - 1) THEN kr.new_from + (${key} - kr.old_from) END FROM ${relation} kr WHERE kr.old_from <= ${key} ORDER BY kr.old_from DESC LIMIT 1)`,
  )

function once(expression: string, map: (key: string) => string): string {
  if (plain.test(expression)) return map(expression)
  return `(SELECT ${map('kk.v')} FROM (SELECT (${expression})::bigint AS v OFFSET 0) kk)`
}

const last = ({ oldFrom, length }: KeyRange): bigint => oldFrom + BigInt(length) - 1n
const number = (value: bigint): string => `'${value}'::bigint`
const list = (values: readonly bigint[]): string => `'{${values.join(',')}}'::bigint[]`

function oneRange(ranges: readonly KeyRange[], key: string): string {
  const [range] = ranges as readonly [KeyRange]
  const { oldFrom, newFrom } = range
  return `CASE WHEN ${key} BETWEEN ${number(oldFrom)} AND ${number(last(range))} THEN ${number(newFrom)} + (${key} - ${number(oldFrom)}) END`
}

/** width_bucket finds the last range that begins at the key or before by halves; 0 without one. */
function manyRanges(ranges: readonly KeyRange[], key: string): string {
  const first = list(ranges.map(({ oldFrom }) => oldFrom))
  const at = `width_bucket((${key})::bigint, ${first})`
  return `CASE WHEN ${key} <= (${list(ranges.map(last))})[${at}] THEN (${list(ranges.map(({ newFrom }) => newFrom))})[${at}] + (${key} - (${first})[${at}]) END`
}
