import { decode } from '../records/decode.js'
import type { HeaderLine } from '../records/record-rules.js'

/**
 * Names of the columns. Marxan 1.8 and 2 also write them between blanks, and with blanks inside: `Run no.    Score      Cost   Planning Units`. They
 * are known by their words, or set apart by several blanks.
 */
export function headerNames(
  { names, delimiter, bytes, start, end }: HeaderLine,
  isKnown: (name: string) => boolean,
): readonly string[] {
  if (delimiter !== ' ') return names
  const text = decode(bytes.subarray(start, end)).text.trim()
  if (text.includes('"')) return names
  const parts = text.split(/\s{2,}|\t/)
  return parts.flatMap((part) => {
    const known = joined(part.split(/\s/), isKnown)
    return parts.length === 1 || known.every(isKnown) ? known : [part]
  })
}

/** Words, those of each known name as one; the longest name counts. */
function joined(words: readonly string[], isKnown: (name: string) => boolean): readonly string[] {
  const names: string[] = []
  for (let at = 0; at < words.length; ) {
    let end = words.length
    while (end > at + 1 && !isKnown(words.slice(at, end).join(' '))) end -= 1
    names.push(words.slice(at, end).join(' '))
    at = end
  }
  return names
}
