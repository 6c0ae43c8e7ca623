/**
 * The one of `names` that `text` is a misspelling of: one letter is missing, too many, wrong or swapped with
 * the next, or two such slips in names of more than four letters. Case, `-` and `_` do not count.
 */
export function closest(text: string, names: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly slips: number } | undefined
  for (const name of names) {
    const slips = slipsBetween(plain(text), plain(name), Math.min(name.length, text.length) > 4 ? 2 : 1)
    if (slips !== undefined && slips < (best?.slips ?? Number.POSITIVE_INFINITY)) best = { name, slips }
  }
  return best?.name
}

const plain = (name: string): string => name.toLowerCase().replace(/[-_]/g, '')

/** Levenshtein's distance, but two swapped neighbours count once. Undefined above `most`. */
function slipsBetween(one: string, other: string, most: number): number | undefined {
  if (Math.abs(one.length - other.length) > most) return undefined
  let last: readonly number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + Number(one[i - 1] !== other[j - 1])
      const swapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? last[j - 2] : undefined
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, 1 + (swapped ?? replaced)))
    }
    last = row
    row = next
  }
  const slips = row[other.length] ?? 0
  return slips <= most ? slips : undefined
}
