import type { Chance } from './chance.js'

const texts = [
  '',
  ' ',
  '"',
  '""',
  ',',
  '\n',
  '\r\n',
  '\\.',
  '\\N',
  '\0',
  '\ufeff',
  '\u00a0',
  '\ud800',
  'é',
  '🙂',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  'C:\\x',
  '/',
  '.',
  '..',
  "'; DROP TABLE books; --",
  '{}',
  '[]',
  'null',
  'NULL',
  'true',
  '-1',
  '0',
  '1e999',
  '0x1F',
  '9'.repeat(40),
  'a'.repeat(2000),
  '\x1b[31m',
  '%00',
  '\\u0000',
  '1_000',
  'NaN',
  'infinity',
  '0001-01-01 BC',
  '\\x00',
  '\\xzz',
  '111111110000400080000000000000aa',
  '11111111-0000-4000-8000-0000000000AA',
  '{11111111-0000-4000-8000-0000000000aa}',
  '[1,2)',
  '{1,2}',
  '{"a":',
] as const

/** A text that somewhere means more than itself. */
export const hostileText = (chance: Chance): string => chance.pick(texts)

/** Any value of JSON in the place of another. */
export function hostileValue(chance: Chance): unknown {
  return chance.pick<() => unknown>([
    () => null,
    () => chance.pick([0, -1, 1, 1.5, 2 ** 31, 2 ** 53, 1e308, -0]),
    () => chance.one(2),
    () => hostileText(chance),
    () => [],
    () => ({}),
    () => Array.from({ length: chance.number(1000) }, () => 0),
    () => nested(chance.number(200)),
    () => ({ [hostileText(chance)]: hostileText(chance) }),
  ])()
}

function nested(depth: number): unknown {
  let value: unknown = 0
  for (let at = 0; at < depth; at++) value = at % 2 === 0 ? [value] : { children: [value], a: 1 }
  return value
}

/** Some bytes of a file changed, cut, doubled or put in. */
export function changedBytes(bytes: Buffer, chance: Chance): Buffer {
  const at = chance.number(bytes.length + 1)
  const to = Math.min(bytes.length, at + chance.number(chance.one(3) ? bytes.length + 1 : 8))
  const put = chance.pick([
    () => Buffer.alloc(0),
    () => Buffer.from(hostileText(chance)),
    () => Buffer.from([chance.number(256)]),
    () => bytes.subarray(at, to),
    () => Buffer.from(Array.from({ length: chance.number(40) }, () => chance.number(256))),
  ])()
  const behind = chance.one(2) ? bytes.subarray(to) : bytes.subarray(at)
  return Buffer.concat([bytes.subarray(0, at), put, behind])
}

/** A copy of a document with one of its values changed, doubled or taken away. */
export function changedDocument(document: unknown, chance: Chance): unknown {
  const copy: unknown = structuredClone(document)
  const places = placesIn(copy)
  if (places.length === 0 || chance.one(100)) return hostileValue(chance)
  change(chance.pick(places), places, chance)
  return copy
}

function change({ holder, key }: Place, places: readonly Place[], chance: Chance): void {
  const other = chance.pick(places)
  const value = holder[key]
  const values: readonly (() => unknown)[] = [
    () => hostileValue(chance),
    () => structuredClone(other.holder[other.key]),
    () => (typeof value === 'string' ? changedBytes(Buffer.from(value), chance).toString() : value),
    () => (typeof value === 'number' ? value + chance.pick([1, -1, 0.5, 2 ** 40]) : hostileValue(chance)),
  ]
  const way = chance.number(6)
  if (way < values.length) holder[key] = values[way]?.()
  else if (Array.isArray(holder)) holder.splice(Number(key), 1, ...(way === 4 ? [] : [value, value]))
  else if (way === 4) delete holder[key]
  else holder[hostileText(chance)] = structuredClone(value)
}

interface Place {
  readonly holder: Record<string, unknown>
  readonly key: string
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])])
}
