import type { FieldScanner } from './field-scanner.js'

const separators: Readonly<Record<string, string>> = {
  ',': 'commas',
  '\t': 'tabs',
  ';': 'semicolons',
  ' ': 'blanks',
}

/** Why a record may have more or fewer fields than its header; undefined if nothing points to a reason. */
export function fieldCountHint(
  bytes: Buffer,
  { fields, starts, ends, next }: FieldScanner,
  { expected, delimiter }: { readonly expected: number; readonly delimiter: string },
): string | undefined {
  if (fields > expected) {
    let filled = 0
    for (let field = 0; field < fields; field += 1) if (starts[field] !== ends[field]) filled += 1
    return filled === expected
      ? 'Two separators beside each other stand for an empty field: if none is meant, leave one of them.'
      : 'Text that holds the separator must be in quotation marks; numbers have a point before decimals and nothing between thousands; R must write no row names.'
  }
  const row = bytes.toString('latin1', starts[0], next).trim()
  const other = Object.keys(separators).find((one) => one !== delimiter && row.includes(one))
  if (fields > 1 || other === undefined) return undefined
  return `The header is separated by ${separators[delimiter]}, the row by ${separators[other]}: separate all lines in the same way.`
}
