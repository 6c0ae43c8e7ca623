/** "at least 0", "from 0 to 3": for messages. */
export function rangeText(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return `at most ${max}`
  if (max === undefined) return `at least ${min}`
  return `from ${min} to ${max}`
}
