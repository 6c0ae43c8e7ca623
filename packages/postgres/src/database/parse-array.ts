/** The elements of PostgreSQL's text for a one-dimensional array. */
export function parseArray(text: string): (string | null)[] {
  const elements: (string | null)[] = []
  let at = text.indexOf('{') + 1
  while (at < text.length && text[at] !== '}') {
    let element = ''
    const quoted = text[at] === '"'
    if (quoted) {
      for (at++; at < text.length && text[at] !== '"'; at++) {
        if (text[at] === '\\') at++
        element += text[at]
      }
      at++
    } else {
      const start = at
      while (at < text.length && text[at] !== ',' && text[at] !== '}') at++
      element = text.slice(start, at)
    }
    elements.push(!quoted && element === 'NULL' ? null : element)
    if (text[at] === ',') at++
  }
  return elements
}
