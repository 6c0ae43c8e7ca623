import { namedCharactersMost } from '../defaults.js'

/** What Unicode calls characters that look like nothing, or like others, where people and programs leave them. */
const names: Readonly<Record<number, string>> = {
  0: 'NULL',
  8: 'BACKSPACE',
  11: 'LINE TABULATION',
  12: 'FORM FEED',
  26: "SUBSTITUTE (Ctrl-Z, DOS's end of a file)",
  27: 'ESCAPE',
  127: 'DELETE',
  133: 'NEXT LINE',
  160: 'NO-BREAK SPACE',
  173: 'SOFT HYPHEN',
  171: 'LEFT-POINTING DOUBLE ANGLE QUOTATION MARK',
  180: 'ACUTE ACCENT',
  187: 'RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK',
  847: 'COMBINING GRAPHEME JOINER',
  1564: 'ARABIC LETTER MARK',
  1643: 'ARABIC DECIMAL SEPARATOR',
  1644: 'ARABIC THOUSANDS SEPARATOR',
  6158: 'MONGOLIAN VOWEL SEPARATOR',
  8194: 'EN SPACE',
  8195: 'EM SPACE',
  8199: 'FIGURE SPACE',
  8200: 'PUNCTUATION SPACE',
  8201: 'THIN SPACE',
  8202: 'HAIR SPACE',
  8203: 'ZERO WIDTH SPACE',
  8204: 'ZERO WIDTH NON-JOINER',
  8205: 'ZERO WIDTH JOINER',
  8206: 'LEFT-TO-RIGHT MARK',
  8207: 'RIGHT-TO-LEFT MARK',
  8208: 'HYPHEN',
  8209: 'NON-BREAKING HYPHEN',
  8210: 'FIGURE DASH',
  8211: 'EN DASH',
  8212: 'EM DASH',
  8213: 'HORIZONTAL BAR',
  8216: 'LEFT SINGLE QUOTATION MARK',
  8217: 'RIGHT SINGLE QUOTATION MARK',
  8218: 'SINGLE LOW-9 QUOTATION MARK',
  8220: 'LEFT DOUBLE QUOTATION MARK',
  8221: 'RIGHT DOUBLE QUOTATION MARK',
  8222: 'DOUBLE LOW-9 QUOTATION MARK',
  8232: 'LINE SEPARATOR',
  8233: 'PARAGRAPH SEPARATOR',
  8234: 'LEFT-TO-RIGHT EMBEDDING',
  8235: 'RIGHT-TO-LEFT EMBEDDING',
  8236: 'POP DIRECTIONAL FORMATTING',
  8237: 'LEFT-TO-RIGHT OVERRIDE',
  8238: 'RIGHT-TO-LEFT OVERRIDE',
  8239: 'NARROW NO-BREAK SPACE',
  8287: 'MEDIUM MATHEMATICAL SPACE',
  8288: 'WORD JOINER',
  8722: 'MINUS SIGN',
  10240: 'BRAILLE PATTERN BLANK',
  12288: 'IDEOGRAPHIC SPACE',
  12644: 'HANGUL FILLER',
  65279: 'ZERO WIDTH NO-BREAK SPACE (byte order mark)',
  65292: 'FULLWIDTH COMMA',
  65294: 'FULLWIDTH FULL STOP',
  65533: 'REPLACEMENT CHARACTER',
}

/** Nothing, or a blank, to the eye; but not the blanks and ends of lines that files are made of. */
const INVISIBLE = /(?![ \t\r\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\p{Co}\u115f\u1160\u2800\u3164\uffa0\ufffd]/gu
const QUOTES = /[\u00ab\u00b4\u00bb\u2018-\u201f\u2039\u203a]/gu
/** Of dashes, separators and digits those that no keyboard of Latin letters has. */
const LOOKALIKE = /(?![0-9])[\p{Nd}\u066b\u066c\u2010-\u2015\u2212\ufe63\uff0b-\uff0e]/gu

const invisibleIn = (text: string): readonly string[] => text.match(INVISIBLE) ?? []

/** Of a name or a path: what is invisible, and quotation marks that typesetters use. */
export const oddCharacters = (text: string): readonly string[] => [
  ...invisibleIn(text),
  ...(text.match(QUOTES) ?? []),
]

/** Of a number: also what looks like a digit, a sign or a separator and is none. */
export const unusualCharacters = (text: string): readonly string[] => [
  ...oddCharacters(text),
  ...(text.match(LOOKALIKE) ?? []),
]

/** Of a text: what cannot be seen and belongs to no writing, as blanks that do not break and joiners of letters do. */
export const strayCharacters = (text: string): readonly string[] =>
  invisibleIn(text).filter((character) => !/[\p{Zs}\u200c\u200d]/u.test(character))

/** Without `oddCharacters`. */
export const withoutOdd = (text: string): string => withoutInvisible(text).replace(QUOTES, '')

export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, '')

/** Whether a text is made of nothing but invisible characters and blanks. */
export const isInvisible = (text: string): boolean =>
  invisibleIn(text).length > 0 && withoutInvisible(text).trim() === ''

/** "U+00A0 NO-BREAK SPACE and U+200B ZERO WIDTH SPACE": each once. */
export function namedCharacters(characters: readonly string[]): string {
  const named = [...new Set(characters)].map(nameOf)
  if (named.length > namedCharactersMost)
    return `${named.slice(0, namedCharactersMost).join(', ')} and others`
  const last = named.at(-1) ?? ''
  return named.length < 2 ? last : `${named.slice(0, -1).join(', ')} and ${last}`
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  if (names[code] !== undefined) return `${hex} ${names[code]}`
  return /\p{Nd}/u.test(character) ? `${hex} (a digit of another script)` : hex
}
