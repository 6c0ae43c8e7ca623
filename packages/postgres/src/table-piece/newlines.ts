/** Line breaks within the values of one record. */
export function newlines(values: readonly (string | null)[]): number {
  let count = 0
  for (const value of values) {
    if (value?.includes('\n')) count += value.split('\n').length - 1
  }
  return count
}
