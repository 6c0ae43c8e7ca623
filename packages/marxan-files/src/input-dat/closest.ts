/** Of `names` the one that `text` is a slip of: one letter, or two in names of more than four. */
export function closest(text: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, slips: slips(text, name) }))
    .filter(({ name, slips }) => slips <= (Math.min(name.length, text.length) > 4 ? 2 : 1))
    .sort((a, b) => a.slips - b.slips)
  return best?.name
}

/** Letters to put in, take out or replace: Levenshtein's distance. */
function slips(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Number.POSITIVE_INFINITY
  let before = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row]
    for (let at = 1; at <= other.length; at += 1) {
      const replaced = (before[at - 1] as number) + Number(one[row - 1] !== other[at - 1])
      line.push(Math.min(replaced, (before[at] as number) + 1, (line[at - 1] as number) + 1))
    }
    before = line
  }
  return before[other.length] as number
}
