import type { FindingCollector, FindingLocation } from '../findings.js'
import { NUMBER } from '../numbers/decimal.js'
import { guessDelimiter, type HeaderRecord } from '../records/delimiter.js'
import type { Column, Columns } from './columns.js'
import type { TableLayout } from './layout.js'

export interface Header {
  readonly delimiter: string
  /** The declared column of each field of a record; undefined for fields that are not read. */
  readonly fields: readonly (string | undefined)[]
}

/** Reads the first record of a table. Undefined where the table cannot be read; the errors have been told. */
export function readHeader<C extends Columns>(
  bytes: Buffer,
  start: number,
  end: number,
  layout: TableLayout<C>,
  findings: FindingCollector,
  place: FindingLocation,
): Header | undefined {
  const columns = namesOf(layout)
  const guess = guessDelimiter(bytes, start, end, (name) => columns.has(name.toLowerCase()))
  const { file } = place
  if (typeof guess === 'string') {
    findings.error('legacy/quote-invalid', place, () => ({
      message:
        guess === 'open'
          ? 'The header opens a quotation mark and does not close it'
          : 'In the header, text follows a closing quotation mark',
    }))
    return undefined
  }
  const known = guess.names.some((name) => columns.has(name.toLowerCase()))
  if (!known && isBinary(bytes.subarray(start, end))) {
    reportBinary(findings, place)
    return undefined
  }
  if (NUMBER.test(guess.names[0] ?? '')) {
    findings.error('legacy/no-header', place, () => ({
      message: 'The first line holds numbers instead of the names of the columns',
      hint: `Put a header before it, for instance: ${Object.keys(layout.columns).join(',')}`,
    }))
    return undefined
  }
  const lower = guess.names.map((name) => name.toLowerCase())
  if (layout.header && !layout.header(lower, findings, file)) return undefined
  if (guess.delimiter === ' ' && guess.names.length > 1)
    findings.warning('legacy/delimiter-blanks', place, () => ({
      message: 'The columns are separated by blanks',
      hint: 'Separate them by commas or tabs: Marxan itself does not read blanks.',
    }))
  return byPosition(guess, columns, layout, findings, place) ?? match(guess, columns, layout, findings, place)
}

/** Undefined where the header can be understood, or is too short for another reading. */
function byPosition<C extends Columns>(
  { names, delimiter }: HeaderRecord,
  columns: ReadonlyMap<string, Meaning>,
  layout: TableLayout<C>,
  findings: FindingCollector,
  place: FindingLocation,
): Header | undefined {
  const order = Object.keys(layout.columns)
  if (!layout.byPosition || names.length < order.length) return undefined
  const understood = names.map((name) => columns.get(name.toLowerCase())?.column)
  if (order.every((name) => understood.includes(name) || !layout.columns[name]?.required)) return undefined
  // A name that is known says where its column is, and what is no name may be a row.
  if (understood.some((name, at) => name !== undefined && name !== order[at])) return undefined
  const given = names.filter((name) => name !== '').map((name) => name.toLowerCase())
  if (new Set(given).size < given.length || !names.slice(0, order.length).every(isWord)) return undefined
  findings.warning('legacy/columns-by-position', place, () => ({
    message: `The columns are ${names.join(', ').slice(0, 200)}; they were read by position, as ${order.join(', ')}`,
    hint: `Name them ${order.join(', ')}.`,
  }))
  return { delimiter, fields: names.map((_, at) => order[at]) }
}

const isWord = (name: string): boolean => /\p{L}/u.test(name)

export function reportBinary(findings: FindingCollector, place: FindingLocation): void {
  findings.error('legacy/binary', place, () => ({
    message: `${place.file} is not a text file`,
    hint: 'Save it as plain text in UTF-8: spreadsheets, zip files and UTF-16 text ("Unicode" in Windows) cannot be read.',
  }))
}

type Meaning = { readonly column?: string; readonly notCarried?: true }

function namesOf<C extends Columns>(layout: TableLayout<C>): Map<string, Meaning> {
  const names = new Map<string, Meaning>()
  for (const name of layout.ignored ?? []) names.set(name.toLowerCase(), {})
  for (const name of layout.notCarried ?? []) names.set(name.toLowerCase(), { notCarried: true })
  for (const [column, { aliases }] of Object.entries(layout.columns))
    for (const name of [column, ...(aliases ?? [])]) names.set(name.toLowerCase(), { column })
  return names
}

function match<C extends Columns>(
  { names, delimiter }: HeaderRecord,
  columns: ReadonlyMap<string, Meaning>,
  layout: TableLayout<C>,
  findings: FindingCollector,
  place: FindingLocation,
): Header | undefined {
  const errorsBefore = findings.errors
  const seen = new Set<string>()
  const fields = names.map((name) => {
    const lower = name.toLowerCase()
    const meaning = columns.get(lower)
    const at = { ...place, column: name }
    const key = meaning?.column ?? lower
    if (name !== '' && seen.has(key))
      findings.error('legacy/column-duplicate', at, () => ({
        message: `The column ${name} stands in the header twice`,
      }))
    seen.add(key)
    if (!meaning)
      findings.warning('legacy/column-unknown', at, () => ({
        message:
          name === ''
            ? 'A column has no name; it is ignored'
            : `The column ${name} is unknown; it is ignored`,
      }))
    else if (meaning.notCarried)
      findings.warning('legacy/column-not-carried', at, () => ({
        message: `The column ${name} is not imported`,
      }))
    return meaning?.column
  })
  for (const [column, { required }] of Object.entries(layout.columns))
    if (required && !seen.has(column))
      findings.error('legacy/column-missing', { ...place, column }, () => ({
        message: `The column ${column} is missing`,
        hint: missingHint(names, Object.keys(layout.columns), columns),
      }))
  if (findings.errors > errorsBefore) return undefined
  const ignored = names.filter((name) => !columns.has(name.toLowerCase()))
  for (const [column, rule] of Object.entries(layout.columns))
    if (!seen.has(column)) reportAssumed(column, rule, ignored, findings, place)
  return { delimiter, fields }
}

/** A default that the result depends on. */
function reportAssumed(
  column: string,
  rule: Column,
  ignored: readonly string[],
  findings: FindingCollector,
  place: FindingLocation,
): void {
  const missing = rule.kind === 'number' ? rule.missing : undefined
  if (!missing) return
  const like = ignored.find((name) => missing.like.test(name.normalize('NFC')))
  findings.warning(`legacy/${column}-missing`, { ...place, column }, () => ({
    message: `${place.file} has no column ${column}: ${missing.means}`,
    ...(like !== undefined && {
      hint: `If the column ${like} is meant, name it ${column} in the header.`,
    }),
  }))
}

/** What the first line is, where it is no header at all. */
function missingHint(
  names: readonly string[],
  wanted: readonly string[],
  columns: ReadonlyMap<string, Meaning>,
): string {
  const shown = names.join(', ').slice(0, 200)
  if (names.some((name) => columns.has(name.toLowerCase()))) return `The header has: ${shown}`
  if (names.length === 1 && /[,;\t]/.test(shown.slice(0, -1)))
    return `Remove the quotation marks around whole lines: the header is one name, ${shown}.`
  return `The first line must name the columns, for instance: ${wanted.join(',')}. It reads: ${shown}`
}

function isBinary(bytes: Uint8Array): boolean {
  const control = bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)
  const magic = bytes[0] === 0x89 || bytes.subarray(0, 4).toString() === '80,75,3,4' || bytes[0] === 0x1f
  return control || magic
}
