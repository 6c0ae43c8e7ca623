/** Values and comments of generated TypeScript: names are data, and may hold anything. */

/** A text in single quotes, on one line. */
export const textSource = (text: string): string =>
  `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", "\\'")
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')}'`

/** The name of a member; `__proto__` is one only if it is computed. */
export const memberSource = (name: string): string => {
  if (name === '__proto__') return `['__proto__']`
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : textSource(name)
}

/** Source that stands in the place of a value. */
export class Source {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** An object, array or text as TypeScript, with the members that are undefined left out. */
export function valueSource(value: unknown, indent = ''): string {
  if (value instanceof Source) return value.text
  if (typeof value === 'string') return textSource(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const deeper = `${indent}  `
  const isList = Array.isArray(value)
  const parts = isList
    ? value.map((one) => valueSource(one, deeper))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => `${memberSource(name)}: ${valueSource(member, deeper)}`)
  const [open, close] = isList ? ['[', ']'] : ['{ ', ' }']
  if (parts.length === 0) return isList ? '[]' : '{}'
  const short = `${open}${parts.join(', ')}${close}`
  if (short.length + indent.length < 100 && !short.includes('\n')) return short
  const lines = parts.map((part) => `${deeper}${part},\n`).join('')
  return `${open.trim()}\n${lines}${indent}${close.trim()}`
}

/** Lines of a comment; what names hold does not end it. */
export const commentSource = (text: string, indent = ''): string =>
  `${indent}// ${text.replaceAll(/[\r\n\u2028\u2029\0]/g, ' ')}\n`
