import { decode } from './decode.js'
import { ESCAPED, FieldScanner } from './field-scanner.js'

/** In order of preference; a space stands for runs of blanks. */
export const delimiters = [',', '\t', ';', ' '] as const

/** A known name counts more than any number of fields. */
const KNOWN = 1e6

export interface HeaderRecord {
  readonly delimiter: string
  /** Trimmed and unquoted; without the empty ones at the end. */
  readonly names: readonly string[]
}

/** What is wrong with the quotation marks of a header. */
export type HeaderProblem = 'open' | 'misquoted'

/**
 * Guesses the delimiter of a file from its header: the one that makes most known names, then most fields. `bytes[start, end)` ends
 * with the end of the line.
 */
export function guessDelimiter(
  bytes: Uint8Array,
  start: number,
  end: number,
  known: (name: string) => boolean,
): HeaderRecord | HeaderProblem {
  let best: HeaderRecord | undefined
  let bestScore = -1
  let open = false
  let misquoted = false
  let tabs: readonly string[] = []
  for (const delimiter of delimiters) {
    if (delimiter === ' ' && aloneSeparate(tabs, known)) continue
    const records = new FieldScanner(delimiter)
    if (!records.read(bytes, start, end)) {
      open = true
      continue
    }
    if (records.misquoted) {
      misquoted = true
      continue
    }
    const names = namesOf(records, bytes)
    if (delimiter === '\t') tabs = names
    // Blanks also stand inside names: they delimit only where nothing else does.
    const score = names.filter(known).length * KNOWN + (delimiter === ' ' ? 0 : names.length)
    if (score > bestScore) {
      best = { delimiter, names }
      bestScore = score
    }
  }
  if (open && bestScore < KNOWN) return 'open'
  return best && !(misquoted && best.names.length < 2 && bestScore < KNOWN) ? best : 'misquoted'
}

/**
 * Whether blanks stand inside of names, for tabs separate them: one between tabs is known, and none is several that are known, as where
 * columns are filled up with blanks and tabs.
 */
function aloneSeparate(tabs: readonly string[], known: (name: string) => boolean): boolean {
  const several = (name: string) => /[ \t]/.test(name) && name.split(/[ \t]+/).every(known)
  return tabs.length > 1 && tabs.some(known) && !tabs.some(several)
}

function namesOf(records: FieldScanner, bytes: Uint8Array): string[] {
  const names: string[] = []
  for (let field = 0; field < records.fields; field += 1) {
    const { text } = decode(bytes.subarray(records.starts[field], records.ends[field]))
    names.push(records.forms[field] === ESCAPED ? text.replaceAll('""', '"') : text)
  }
  while (names.at(-1) === '') names.pop()
  return names
}
