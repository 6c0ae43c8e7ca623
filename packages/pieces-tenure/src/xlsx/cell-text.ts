/** What XML 1.0 cannot hold, and the carriage return, which its readers turn into a newline. */
const unholdable = '\\0-\\x08\\x0b-\\x1f\\ufffe\\uffff'
const toEscape = new RegExp(`[${unholdable}]|_(?=x[0-9A-Fa-f]{4}[_${unholdable}])`, 'g')
const escaped = /_x([0-9A-Fa-f]{4})_/g

/**
 * What a cell holds for a text: `_x0001_` for a character that XML cannot hold, and `_x005F_` for the underscore of a text
 * that looks like it.
 * @see ECMA-376 Part 1, 22.4.2.4 (bstr)
 */
export const escapeCellText = (text: string): string => text.replace(toEscape, escapeOf)

const escapeOf = (character: string): string =>
  `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`

export const unescapeCellText = (text: string): string =>
  text.includes('_x')
    ? text.replace(escaped, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    : text

const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** With U+FFFD for each surrogate that stands alone; the same string where there is none. */
export const wellFormed = (text: string): string =>
  hasSurrogate.test(text) ? text.replace(loneSurrogates, '\ufffd') : text

const hasSurrogate = /[\ud800-\udfff]/
