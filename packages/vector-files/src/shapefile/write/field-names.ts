import { cutText } from './cut-text.js'

const maxBytes = 10

/**
 * Names for .dbf fields: letters, digits and underscores, at most ten bytes of UTF-8, no two equal in any
 * case. A name that fits is kept, unless an earlier one is equal or readers in JavaScript would lose it.
 */
export function fieldNames(names: readonly string[]): readonly string[] {
  const taken = new Set([folded('__proto__')])
  return names.map((name) => {
    const plain = cutText(name.normalize('NFC').replace(/[^\p{L}\p{N}_]/gu, '_'), maxBytes) || 'field'
    let short = plain
    for (let number = 1; taken.has(folded(short)); number++) {
      const suffix = `_${number}`
      short = cutText(plain, maxBytes - suffix.length) + suffix
    }
    taken.add(folded(short))
    return short
  })
}

/** Equal for all cases of a letter, even if it has several lower or upper forms. */
const folded = (name: string): string => name.toUpperCase().toLowerCase().toUpperCase()
