/**
 * A second reader of .dat tables, for comparison: slow, whole files at once, exact arithmetic, as close to the words of the rules as
 * can be. It shares no code with the one that is tested. Undefined, everywhere: to be refused.
 */
export interface ReferenceTable {
  /** Lower case. */
  readonly header: readonly string[]
  /** As many cells as the header has, without quotation marks and blanks around them, one character a byte. */
  readonly rows: readonly (readonly string[])[]
}

const blank = /^[ \t]+|[ \t]+$/g
const decimal = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/

export function referenceTable(bytes: Buffer, known: readonly string[]): ReferenceTable | undefined {
  if (bytes.includes(0)) return undefined
  const text = bytes
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .replace(/^(?:[ \t,;]*(?:\r\n|\r|\n))+/, '')
  let best: ReferenceTable | undefined
  let bestKnown = 0
  for (const delimiter of [',', '\t', ';', ' ']) {
    const records = recordsOf(text, delimiter)?.filter((cells) => cells.some((cell) => cell !== ''))
    const header = records?.shift()
    if (!records || !header) continue
    while (header.at(-1) === '') header.pop()
    const lower = header.map((name) => name.toLowerCase())
    const count = lower.filter((name) => known.includes(name)).length
    if (count < bestKnown || (count === bestKnown && best && lower.length <= best.header.length)) continue
    best = { header: lower, rows: records }
    bestKnown = count
  }
  // Without a name that is known, other bytes than those of text say that this is no table.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
  const binary = bestKnown === 0 && /^\x89|^[^\r\n]*[\x01-\x08\x0b\x0c\x0e-\x1f]/.test(text)
  return best && !binary ? fitted(best) : undefined
}

/** Rows of more cells than the header are fine where these are empty. */
function fitted({ header, rows }: ReferenceTable): ReferenceTable | undefined {
  if (rows.length === 0 || referenceNumber(header[0] ?? '') !== undefined) return undefined
  const named = header.filter((name) => name !== '')
  if (new Set(named).size < named.length) return undefined
  const cut = rows.map((cells) => {
    const rest = cells.slice(header.length)
    return cells.length < header.length || rest.some((cell) => cell !== '')
      ? undefined
      : cells.slice(0, header.length)
  })
  return cut.every((cells) => cells !== undefined) ? { header, rows: cut } : undefined
}

/** RFC 4180, cell by cell. */
function recordsOf(text: string, delimiter: string): string[][] | undefined {
  const runs = delimiter === ' '
  const separator = runs ? '[ \\t]+' : delimiter === '\t' ? '\\t' : delimiter
  const stop = runs ? ' \\t' : delimiter === '\t' ? '\\t' : delimiter
  const around = delimiter === '\t' ? ' *' : '[ \\t]*'
  const quoted = new RegExp(`${around}"((?:[^"]|"")*)"[ \\t]*?(?=${separator}|\\r|\\n|$)`, 'y')
  const plain = new RegExp(`[^${stop}\\r\\n]*`, 'y')
  const between = new RegExp(separator, 'y')
  const end = /\r\n|\r|\n|$/y
  const take = (pattern: RegExp, at: number) => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  const records: string[][] = []
  let cells: string[] = []
  let at = 0
  while (at < text.length) {
    if (runs && cells.length === 0) at += take(/[ \t]*/y, at)?.[0].length ?? 0
    const marked = take(quoted, at)
    const cell = marked ?? take(plain, at)
    if (!cell || (!marked && cell[0].replace(blank, '').startsWith('"'))) return undefined
    at += cell[0].length
    const last = take(end, runs ? at + (take(/[ \t]*/y, at)?.[0].length ?? 0) : at)
    cells.push((marked ? (marked[1] ?? '').replaceAll('""', '"') : cell[0]).replace(blank, ''))
    if (last) {
      at = last.index + last[0].length
      records.push(cells)
      cells = []
    } else at += take(between, at)?.[0].length ?? 0
  }
  if (cells.length > 0) records.push([...cells, ''])
  return records
}

/** Undefined for what is no finite decimal number. */
export function referenceNumber(text: string): number | undefined {
  const [, , whole = '', fraction = ''] = decimal.exec(text) ?? []
  if (whole + fraction === '') return undefined
  return Number.isFinite(Number(text)) ? Number(text) : undefined
}

/** Exactly an integer from `min` to `max`. */
export function referenceInteger(text: string, min: number, max: number): number | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = decimal.exec(text) ?? []
  if (whole + fraction === '' || exponent.length > 6) return undefined
  const digits = BigInt(whole + fraction)
  const shift = Number(exponent) - fraction.length
  const scale = 10n ** BigInt(Math.abs(shift))
  if (shift < 0 && digits % scale !== 0n) return undefined
  const value = (sign === '-' ? -1n : 1n) * (shift < 0 ? digits / scale : digits * scale)
  return value < BigInt(min) || value > BigInt(max) ? undefined : Number(value)
}
