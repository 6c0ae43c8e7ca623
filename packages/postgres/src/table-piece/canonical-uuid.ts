const dash = 0x2d
const hex = new Uint8Array(128)
for (const digit of Buffer.from('0123456789abcdef')) hex[digit] = 1

/** As the server prints it. Asked of each id of an import: in a third of the time of a regular expression. */
export function isCanonicalUuid(text: string): boolean {
  if (text.length !== 36) return false
  for (let at = 0; at < 36; at++) {
    const code = text.charCodeAt(at)
    const isDash = at === 8 || at === 13 || at === 18 || at === 23
    if (isDash ? code !== dash : hex[code] !== 1) return false
  }
  return true
}
