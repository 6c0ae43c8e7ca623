import { closest } from '@piecework/core/piece'
import { shownHeaderCharacters } from '../defaults.js'
import { namedCharacters, oddCharacters, withoutOdd } from '../text/unusual-characters.js'
import type { ColumnMeanings } from './column-meanings.js'
import type { Column, Columns } from './columns.js'
import type { HeaderContext, HeaderFields } from './header-context.js'

/** Undefined if a required column is missing or one comes twice, with errors. */
export function columnsByName<C extends Columns>(
  names: readonly string[],
  context: HeaderContext<C>,
): HeaderFields | undefined {
  const { layout, meanings, findings } = context
  const errorsBefore = findings.errors
  const seen = new Set<string>()
  const fields = names.map((name) => readName(name, names, seen, context))
  for (const [column, { required }] of Object.entries(layout.columns))
    if (required && !seen.has(column))
      findings.error('legacy/column-missing', { ...context.location, column }, () => ({
        message: `The column ${column} is missing`,
        hint: missingHint(column, names, Object.keys(layout.columns), meanings),
      }))
  if (findings.errors > errorsBefore) return undefined
  const unknown = names.filter((name) => !meanings.has(name.toLowerCase()))
  for (const [column, rule] of Object.entries(layout.columns))
    if (!seen.has(column)) reportAssumed(column, rule, unknown, context)
  return fields
}

function readName<C extends Columns>(
  name: string,
  names: readonly string[],
  seen: Set<string>,
  context: HeaderContext<C>,
): string | undefined {
  const { meanings, findings, location } = context
  const lower = name.toLowerCase()
  const meaning = meanings.get(lower)
  const at = { ...location, column: name }
  const key = meaning?.column ?? lower
  if (name !== '' && seen.has(key))
    findings.error('legacy/column-duplicate', at, () => ({
      message: `The column ${name} stands in the header twice`,
    }))
  seen.add(key)
  if (!meaning && isMisspelled(name, context)) return undefined
  if (!meaning)
    findings.warning('legacy/column-unknown', at, () => ({
      message:
        name === '' ? 'A column has no name; it is ignored' : `The column ${name} is unknown; it is ignored`,
      ...hintOf(name, names, meanings),
    }))
  else if (meaning.notCarried)
    findings.warning('legacy/column-not-carried', at, () => ({
      message: `The column ${name} is not imported`,
    }))
  return meaning?.column
}

/** Whether a name is that of a column but for what cannot be seen: an error, as its values would get lost. */
function isMisspelled<C extends Columns>(
  name: string,
  { meanings, findings, location }: HeaderContext<C>,
): boolean {
  const odd = oddCharacters(name)
  const meant = withoutOdd(name).trim()
  if (odd.length === 0 || !meanings.has(meant.toLowerCase())) return false
  findings.error('legacy/column-misspelled', { ...location, column: meant }, () => ({
    message: `The name of the column ${meant} has ${namedCharacters(odd)}`,
    hint: `Type the name anew: ${meant}`,
  }))
  return true
}

/** The column that may be meant, unless the header has it too. */
function hintOf(
  name: string,
  names: readonly string[],
  meanings: ColumnMeanings,
): { readonly hint?: string } {
  const columns = new Set(names.map((one) => meanings.get(one.toLowerCase())?.column))
  const others = [...meanings].flatMap(([known, { column }]) =>
    column === undefined || columns.has(column) ? [] : [known],
  )
  const meant = name.length < 4 ? undefined : closest(name, others)
  return meant === undefined ? {} : { hint: `If the column ${meant} is meant, name it so.` }
}

/** A default that the result depends on. */
function reportAssumed<C extends Columns>(
  column: string,
  rule: Column,
  unknown: readonly string[],
  { findings, location }: HeaderContext<C>,
): void {
  const missing = rule.kind === 'number' ? rule.missing : undefined
  if (!missing) return
  const like = unknown.find((name) => missing.like.test(name.normalize('NFC')))
  findings.warning(`legacy/${column}-missing`, { ...location, column }, () => ({
    message: `${location.file} has no column ${column}: ${missing.means}`,
    ...(like !== undefined && {
      hint: `If the column ${like} is meant, name it ${column} in the header.`,
    }),
  }))
}

/** What the first line is, if it is not a header at all. */
function missingHint(
  column: string,
  names: readonly string[],
  wanted: readonly string[],
  meanings: ColumnMeanings,
): string {
  const odd = oddCharacters(names.join())
  const shown = `${names.join(', ').slice(0, shownHeaderCharacters)}${odd.length === 0 ? '' : ` (with ${namedCharacters(odd)})`}`
  if (names.some((name) => meanings.has(name.toLowerCase())))
    return `Add the column ${column}, or give the one that is meant this name. The header has: ${shown}`
  const separator = names.length === 1 ? otherSeparator(shown, meanings) : undefined
  if (separator !== undefined)
    return `Separate the columns by commas or tabs: ${separator} does not separate them. The header is one name, ${shown}.`
  if (names.length === 1 && /[,;\t]/.test(shown.slice(0, -1)))
    return `Remove the quotation marks around whole lines: the header is one name, ${shown}.`
  return `The first line must name the columns, for instance: ${wanted.join(',')}. It reads: ${shown}`
}

/** What separates names of columns, and is read as a part of one. */
const otherSeparator = (name: string, meanings: ColumnMeanings): string | undefined =>
  ['|', ':', '/', '^', '~'].find(
    (one) => name.includes(one) && name.split(one).some((part) => meanings.has(part.trim().toLowerCase())),
  )
