/** Rows of a CSV file, read by other code than an import's: character by character. */
export function csvRowsOf(text: string): readonly Record<string, string | null>[] {
  const records: (string | null)[][] = []
  let fields: (string | null)[] = []
  let at = 0
  while (at < text.length) {
    let value = ''
    const quoted = text[at] === '"'
    if (quoted) {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (at >= text.length) return []
        if (text[at] === '"') at++
        value += text[at]
      }
      at++
    } else for (; at < text.length && text[at] !== ',' && text[at] !== '\n'; at++) value += text[at]
    fields.push(value === '' && !quoted ? null : value)
    if (text[at] === ',' && at + 1 < text.length) at++
    else {
      if (text[at] === ',') fields.push(null)
      records.push(fields)
      fields = []
      at++
    }
  }
  const [header = [], ...rows] = records
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name ?? '', row[index] ?? null])))
}
