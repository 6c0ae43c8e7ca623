import { PieceworkError } from '@piecework/core/piece'
import { sheetNameCharacters } from './workbook-limits.js'

const forbidden = /[[\]:*?/\\\p{Cc}]|^'|'$|^history$/iu
const continued = / \(\d+\)$/

/** Throws `options-invalid` for a name that spreadsheets refuse, or that the further sheets of a long table have. */
export function assertSheetName(name: string): void {
  const isRight =
    name.trim() !== '' && name.length <= sheetNameCharacters && !forbidden.test(name) && !continued.test(name)
  if (!isRight)
    throw new PieceworkError('options-invalid', `A sheet cannot have the name ${JSON.stringify(name)}`, {
      facts: { name },
    })
}

/** Of the sheet that goes on where others are full: `locations (2)`. `number` is from 1, which has the plain name. */
export function sheetNameOf(name: string, number: number): string {
  if (number === 1) return name
  const suffix = ` (${number})`
  return `${name.slice(0, sheetNameCharacters - suffix.length).replace(/[\ud800-\udbff]$/, '')}${suffix}`
}

/** Spreadsheets take names that differ in case for one. */
export const sheetNameKey = (name: string): string => name.toLowerCase()
