import { parseArray } from './parse-array.js'

/** Parses the text of one column's value. */
export type ValueParser = (text: string) => unknown

const number: ValueParser = Number
const json: ValueParser = (text) => JSON.parse(text)
const bytes: ValueParser = (text) => Buffer.from(text.slice(2), 'hex')

const plain = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00$/

/** Years of five digits, BC and infinity are no JavaScript dates, and stay text. */
const timestamp: ValueParser = (text) => {
  const [, day, time] = plain.exec(text) ?? []
  return day === undefined ? text : new Date(`${day}T${time}Z`)
}

const byOid: ReadonlyMap<number, ValueParser> = new Map<number, ValueParser>([
  [16, (text) => text === 't'],
  ...[21, 23, 26, 700, 701].map((oid) => [oid, number] as const),
  [114, json],
  [3802, json],
  [17, bytes],
  [1184, timestamp],
  // name[], text[], varchar[], uuid[]
  ...[1003, 1009, 1015, 2951].map((oid) => [oid, parseArray] as const),
  // int2[], int4[], oid[]
  ...[1005, 1007, 1028].map((oid) => [oid, (text: string) => parseArray(text).map(numberOrNull)] as const),
])

const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text))

/**
 * The same with every adapter, whatever parsers the host has registered: boolean; int2, int4, oid, float4 and
 * float8 as number; json and jsonb parsed; bytea as Buffer; timestamptz as Date; one-dimensional arrays of
 * text, uuid and int4 as arrays. Everything else is PostgreSQL's text: uuid, int8 and numeric, date,
 * timestamp, geometry (EWKB hex).
 */
export const valueParser = (oid: number): ValueParser => byOid.get(oid) ?? String
