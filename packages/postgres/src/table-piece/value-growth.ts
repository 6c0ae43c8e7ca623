import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import type { Column } from './catalogue.js'

/** Types whose values are printed without exponents, however short the text was that they came as. */
const spelledOut = /^_?numeric$|^_?num(?:multi)?range$|^jsonb$/
/** Others that do not grow, or by their host's choice as a `char(n)`; what is left, the database has to print. */
const steady =
  /^_?(?:date|time|interval|int|float|bool|uuid|bytea|text|varchar|bpchar|char$|name|citext|json$|xml|bit|varbit|inet|cidr|macaddr|money|point|line|lseg|box|path|polygon|circle|ts|hstore|ltree|reg|oid|geometry|geography)/
const exponents = /\d\.?e([+-]?\d{3,})/gi
/** Digits of the longest number. */
const longest = 131_072
const jsonTexts = /"(?:[^"\\]|\\.)*"/g

/** Whether texts of the column's values may gain characters when it prints them. */
export const maySpellOut = ({ base }: Pick<Column, 'base'>): boolean => spelledOut.test(base)

/** Characters that the text of such a value gains, at least. */
export function gainedCharacters({ base }: Pick<Column, 'base'>, text: string): number {
  if (text.search(exponents) < 0) return 0
  const numbers = base === 'jsonb' ? text.replace(jsonTexts, '""') : text
  let gained = 0
  for (const [, exponent] of numbers.matchAll(exponents))
    gained += Math.min(Math.abs(Number(exponent)), longest)
  return gained
}

/** Whether only the database knows what a text gains. */
export const gainsUnseen = ({ base }: Pick<Column, 'base'>): boolean =>
  !spelledOut.test(base) && !steady.test(base)

/**
 * What the values of an entry gain in the database: a small file of short forms, as `1e131071`, would fill a
 * disk, or become a table that no export can carry.
 */
export class ValueGrowth {
  readonly #limit: number
  #gained = 0

  /** @param size of the entry, in bytes */
  constructor(size = 0) {
    this.#limit = Math.max(defaults.freeGrowthBytes, size * defaults.entryGrowth)
  }

  /** Reports once that it is too much. */
  add(bytes: number, place: FindingLocation, findings: FindingCollector): void {
    const before = this.#gained
    this.#gained += bytes
    if (before > this.#limit || this.#gained <= this.#limit) return
    findings.error('table/values-grow', place, () => ({
      message: `Up to here the values of the file are short forms of ones that take ${this.#gained} bytes more; the limit is ${this.#limit}.`,
    }))
  }
}
