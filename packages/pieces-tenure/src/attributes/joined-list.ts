/**
 * Texts joined by `;` for people. A `;` or `\` inside of one has a `\` before it, and a list whose last text is empty
 * ends with one more `;`, so that every list reads back: `[]` is empty, `['']` is `;`.
 */
export function joinedList(texts: readonly string[]): string {
  const joined = texts.map((text) => text.replace(/[\\;]/g, '\\$&')).join(';')
  return texts.at(-1) === '' ? `${joined};` : joined
}

/** The list that `joinedList` has joined. */
export function listOf(joined: string): string[] {
  const texts: string[] = []
  let text = ''
  for (let at = 0; at < joined.length; at++) {
    const character = joined.charAt(at)
    if (character === ';') {
      texts.push(text)
      text = ''
    } else text += character === '\\' ? joined.charAt(++at) : character
  }
  return text === '' ? texts : [...texts, text]
}
