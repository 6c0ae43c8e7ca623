import { xmlText } from './part-xml.js'

/** `text` is as a cell holds it: escaped, and short enough. */
export const textCell = (letters: string, row: number, text: string): string => {
  const space = outerSpace.test(text) ? ' xml:space="preserve"' : ''
  return `<c r="${letters}${row}" t="inlineStr"><is><t${space}>${xmlText(text)}</t></is></c>`
}

const outerSpace = /^\s|\s$|[\n\t]| {2}/

export const booleanCell = (letters: string, row: number, value: boolean): string =>
  `<c r="${letters}${row}" t="b"><v>${value ? 1 : 0}</v></c>`

export const numberCell = (letters: string, row: number, digits: string): string =>
  `<c r="${letters}${row}"><v>${digits}</v></c>`

/** The digits of a cell that holds exactly this number; undefined where a double does not. */
export function exactDigits(value: number | string): string | undefined {
  const number = Number(value)
  if (!Number.isFinite(number)) return undefined
  if (typeof value === 'number') return Object.is(number, -0) ? '-0' : String(number)
  return String(number) === value ? value : undefined
}
