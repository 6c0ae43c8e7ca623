import { maxSimilarFiles } from '../defaults.js'
import type { Listing } from './listing.js'

/**
 * Tables of the folder whose names begin like `wanted`, or like the usual name of such a file, the most similar first; without those in
 * the folder and under the names in `others`.
 */
export function similarFiles(
  files: Listing,
  wanted: string,
  usual: string,
  others: readonly (string | undefined)[],
): readonly string[] {
  return files
    .all()
    .filter(({ folder }) => !others.includes(folder))
    .filter(({ name, path }) => /\.(?:dat|csv|txt)$/i.test(name) && !others.includes(path))
    .map(({ name, path }) => ({ path, rank: Math.max(alike(name, wanted), alike(name, usual)) }))
    .filter(({ rank }) => rank >= 2)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, maxSimilarFiles)
    .map(({ path }) => path)
}

/** How many letters two names have in common from their beginning. */
export function alike(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length
}
