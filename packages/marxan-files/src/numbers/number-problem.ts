import type { FindingDetails } from '@piecework/core/piece'
import { shownCharacters } from '../defaults.js'
import {
  isInvisible,
  namedCharacters,
  unusualCharacters,
  withoutInvisible,
} from '../text/unusual-characters.js'
import { NUMBER } from './decimal.js'
import { type Readings, readings } from './readings.js'

/** Characters of a text that is compared with `kinds`. */
const longestKind = 40

type NumberProblem = FindingDetails & { readonly code: string }

/** Why a text is not the number that a cell or a parameter asks for. */
export function numberProblem(text: string, name: string): NumberProblem {
  if (text === '') return { code: 'legacy/value-empty', message: `${name} is empty where a number is needed` }
  const shown = JSON.stringify(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text)
  const problem = (what: string, hint?: string, code = 'legacy/number-invalid'): NumberProblem => ({
    code,
    message: `${name} is ${shown}, which ${what}`,
    ...(hint !== undefined && { hint }),
  })
  if (NUMBER.test(text)) return problem('is too large a number', undefined, 'legacy/number-too-large')
  const unusual = unusualCharacters(text)
  const meant = readings(text)
  if (meant) return separated(meant, unusual, problem)
  if (unusual.length > 0) return misspelled(text, name, unusual, problem)
  const kind = text.length > longestKind ? undefined : kinds.find(([pattern]) => pattern.test(text))
  return problem(kind?.[1] ?? 'is not a number', kind?.[2])
}

type Problem = (what: string, hint?: string, code?: string) => NumberProblem

function separated(
  { values, decimalComma, group }: Readings,
  unusual: readonly string[],
  problem: Problem,
): NumberProblem {
  const [value, other] = values
  const named = unusual.length === 0 ? '' : `: ${namedCharacters(unusual)}`
  if (other !== undefined)
    return problem(
      `may mean ${value} or ${other}${named}`,
      `Write the one that is meant, ${value} or ${other}: with a point before decimals and nothing between thousands.`,
      'legacy/decimal-comma',
    )
  if (group === undefined)
    return problem(
      `has a decimal comma${named}`,
      `Write it with a point, as ${value}, and the other numbers of the file in the same way.`,
      'legacy/decimal-comma',
    )
  const written = `${value}, with a point before decimals and nothing between thousands`
  return problem(
    `has separators of thousands${decimalComma ? ' and a decimal comma' : ''}${named}`,
    group === ' '
      ? `If it is one number, write it as ${written}.`
      : group === '.'
        ? `Write it as ${written}; so too others of the file: where a point separates thousands 1.500 means 1500, and would be read as 1.5.`
        : `Write it as ${written}.`,
  )
}

function misspelled(text: string, name: string, unusual: readonly string[], problem: Problem): NumberProblem {
  if (isInvisible(text))
    return {
      code: 'legacy/value-empty',
      message: `${name} is empty but for ${namedCharacters(unusual)} where a number is needed`,
    }
  const typed = withoutInvisible(text).replace(/^[\u2010-\u2015\u2212\ufe63\uff0d]/, '-')
  return problem(
    `has ${namedCharacters(unusual)}`,
    NUMBER.test(typed) ? `Type it anew, as ${typed}.` : undefined,
  )
}

const month = '(?:jan|feb|m[aä]r|apr|ma[iy]|ju[nl]|aug|sep|o[ck]t|nov|de[cz])\\p{L}*\\.?'
const noWayBack =
  'Spreadsheets make dates of numbers such as 2.5 and do not keep the number: take it from the source of the table, into a column that is formatted as text.'

/** What else stands where numbers should: what it is, and what to do. */
const kinds: readonly (readonly [pattern: RegExp, what: string, hint?: string])[] = [
  [/^\d{1,4}([-/.])\d{1,2}\1\d{1,4}$/, 'looks like a date', noWayBack],
  [/^\d{1,2}[-/]\d{1,2}$/, 'looks like a date', noWayBack],
  [new RegExp(`^\\d{1,2}[-/. ]*${month}(?:[-/. ]*\\d{1,4})?$`, 'iu'), 'looks like a date', noWayBack],
  [new RegExp(`^${month}[-/. ]*\\d{1,4}(?:[,-/. ]+\\d{1,4})?$`, 'iu'), 'looks like a date', noWayBack],
  [/^\d{1,2}:\d{2}(?::\d{2})?$/, 'looks like a time of day', noWayBack],
  [
    /^#{2,}$/,
    'a spreadsheet writes where a column is too narrow',
    'Widen the column in the spreadsheet and save the table again.',
  ],
  [
    /^#\p{L}[\p{L}/0]*[!?]?$/u,
    'is an error of a spreadsheet',
    'Mend the formula in the spreadsheet and save the table again.',
  ],
  [
    /^(?:n\/?a|nan|null|none|nil|missing|<null>|[-–?.]+)$/i,
    'stands for a missing value',
    'Write the number that is meant: a missing one is not taken as 0.',
  ],
  [/^[+-]?(?:1\.#)?inf\p{L}*$/iu, 'is not a finite number'],
  [/^[+-]?[\d.,]+ ?%$/, 'is a percentage'],
  [/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)[dD][+-]?\d+$/, 'is written as in Fortran', 'Write E instead of D.'],
]
