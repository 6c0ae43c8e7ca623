import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import { isInvisible, namedCharacters, oddCharacters, withoutOdd } from '../text/unusual-characters.js'

interface KeyKinds {
  isKnown(key: string): boolean
  isNumber(key: string): boolean
}

/**
 * Reports characters of a line of input.dat that cannot be seen, and quotation marks of typesetters. The line without them, with an error, if
 * its key is not found because of them, so that it is not told to be missing.
 */
export function reportCharacters(
  text: string,
  place: FindingLocation & { readonly line: number },
  { isKnown, isNumber }: KeyKinds,
  findings: FindingCollector,
): string | undefined {
  const odd = oddCharacters(text)
  if (odd.length === 0) return undefined
  const named = namedCharacters(odd)
  const keyOf = (line: string) => /^\S+/.exec(line.trim())?.[0] ?? ''
  const key = keyOf(text)
  const plainText = withoutOdd(text).replace(/["']/g, '')
  const plain = keyOf(plainText)
  // What is wrong with a number is told where it is read.
  const isTold = isNumber(key) && oddCharacters(text.trim().slice(key.length).trim()).length > 0
  if (isTold) return undefined
  if (isKnown(key))
    findings.warning('legacy/invisible-characters', { ...place, column: key }, () => ({
      message: `The line of ${key} has ${named}; Marxan itself may not read it`,
      hint: 'Type the line anew, with blanks alone between the key and its value.',
    }))
  else if (isKnown(plain))
    findings.error('legacy/invisible-characters', { ...place, column: plain }, () => ({
      message: `The line of ${plain} has ${named}, so that the key is not found`,
      hint: 'Type the line anew, with blanks alone between the key and its value.',
    }))
  else if (isInvisible(text))
    findings.warning('legacy/invisible-characters', place, () => ({
      message: `The line holds nothing but ${named}; it is passed over`,
      hint: 'Delete the line.',
    }))
  return isKnown(key) || !isKnown(plain) ? undefined : plainText
}
