import { PieceworkError } from '../contracts/errors.js'
import { entryDefaults } from '../defaults.js'
import { assertWithin } from './limits.js'

/** Fields of one or more whole records that have been checked. An empty unquoted field is null. */
export function csvRecords(text: string): (string | null)[][] {
  if (text === '') return []
  const body = text.endsWith('\n') ? text.slice(0, -1) : text
  if (!body.includes('"')) return body.split('\n').map(unquotedFields)
  const records: (string | null)[][] = []
  let fields: (string | null)[] = []
  let at = 0
  // Found once each, however many fields or records are before them.
  let [comma, newline] = [-1, -1]
  for (;;) {
    let end: number
    if (body[at] === '"') {
      end = closingQuote(body, at)
      fields.push(body.slice(at + 1, end).replaceAll('""', '"'))
      end++
    } else {
      if (newline < at) newline = indexOrEnd(body, '\n', at)
      if (comma < at) comma = indexOrEnd(body, ',', at)
      end = Math.min(newline, comma)
      fields.push(unquoted(body.slice(at, end)))
    }
    if (body[end] !== ',') {
      records.push(fields)
      fields = []
    }
    if (end >= body.length) return records
    at = end + 1
  }
}

function indexOrEnd(text: string, character: string, from: number): number {
  const found = text.indexOf(character, from)
  return found === -1 ? text.length : found
}

/** In place: there are millions. */
function unquotedFields(line: string): (string | null)[] {
  const fields: (string | null)[] = line.split(',')
  for (let at = 0; at < fields.length; at++) if (fields[at] === '') fields[at] = null
  return fields
}

const unquoted = (field: string): string | null => (field === '' ? null : field)

function closingQuote(text: string, opening: number): number {
  let at = opening + 1
  for (;;) {
    const found = text.indexOf('"', at)
    if (found === -1) return text.length
    if (text[found + 1] !== '"') return found
    at = found + 2
  }
}

/** Column names of the header record, 5000 at most; hostile ones stay strings, to be matched against the catalogue. */
export function csvHeader(record: string): string[] {
  const names = csvRecords(record)[0] ?? []
  assertWithin('The number of columns', names.length, entryDefaults.columns)
  const taken = new Set<string>()
  return names.map((name, index) => {
    if (!name || taken.has(name))
      throw new PieceworkError(
        'archive-invalid',
        `The header's column ${index + 1} has ${name ? `the name ${JSON.stringify(name.slice(0, 200))}, which is taken or not allowed` : 'no name'}`,
      )
    taken.add(name)
    return name
  })
}
