const longest = 10

/**
 * Names for .dbf fields: letters, digits and underscores, at most ten bytes of UTF-8, no two equal in any case. A name that
 * fits stays as it is, unless one before it is the same, or readers in JavaScript would lose it.
 */
export function fieldNames(names: readonly string[]): readonly string[] {
  const taken = new Set([folded('__proto__')])
  return names.map((name) => {
    const plain = cut(name.normalize('NFC').replace(/[^\p{L}\p{N}_]/gu, '_'), longest) || 'field'
    let short = plain
    for (let number = 1; taken.has(folded(short)); number++) {
      const suffix = `_${number}`
      short = cut(plain, longest - suffix.length) + suffix
    }
    taken.add(folded(short))
    return short
  })
}

/** As many whole characters as fit into `bytes`. */
export function cut(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text
  const encoded = Buffer.from(text)
  if (encoded.length <= bytes) return text
  let end = bytes
  while (end > 0 && ((encoded[end] as number) & 0xc0) === 0x80) end--
  return encoded.toString('utf8', 0, end)
}

/** Letters that have more than one small or large form are one. */
const folded = (name: string): string => name.toUpperCase().toLowerCase().toUpperCase()
