/** `name`, or the first of `name 2`, `name 3` … that is not taken. */
export function freeName(name: string, taken: Iterable<string | null>): string {
  const names = new Set(taken)
  let free = name
  for (let n = 2; names.has(free); n++) free = `${name} ${n}`
  return free
}
