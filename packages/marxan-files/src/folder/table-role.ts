import { guessDelimiter } from '../records/delimiter.js'
import { isBlankLine, lineEnd, withoutByteOrderMark } from '../records/line.js'
import type { TableRole } from './file-keys.js'

/** Columns that all tables of a kind have, and those of which they have one. Of two kinds that fit the first is meant. */
const kinds: readonly (readonly [role: TableRole, all: readonly string[], one: readonly string[]])[] = [
  ['puvspr.dat', ['species', 'pu', 'amount'], []],
  ['bound.dat', ['id1', 'id2'], ['boundary', 'bound', 'amount']],
  ['spec.dat', ['id'], ['prop', 'target', 'targetocc', 'spf', 'fpf']],
  ['pu.dat', ['id'], ['cost', 'status', 'xloc', 'yloc']],
]
const known = new Set(kinds.flatMap(([, all, one]) => [...all, ...one]))

/** What a table is by its columns, as the role of its upload. `head` is the beginning of its file. */
export function tableRole(head: Uint8Array): TableRole | undefined {
  const names = headerNames(Buffer.concat([head, Buffer.from('\n')]))
  const has = (name: string) => names.has(name)
  return kinds.find(([, all, one]) => all.every(has) && (one.length === 0 || one.some(has)))?.[0]
}

function headerNames(bytes: Buffer): ReadonlySet<string> {
  let start = withoutByteOrderMark(bytes, 0)
  while (start < bytes.length) {
    const end = lineEnd(bytes, start, bytes.length)
    if (!isBlankLine(bytes, start, end)) {
      const guess = guessDelimiter(bytes, start, end, (name) => known.has(name.trim().toLowerCase()))
      return new Set(typeof guess === 'string' ? [] : guess.names.map((name) => name.trim().toLowerCase()))
    }
    start = end
  }
  return new Set()
}
