const digits = 6

/** As paths and ids spell it, so that they sort. */
export const partNumber = (number: number): string => String(number).padStart(digits, '0')

/** Where a part of the table `path` stands: `pages/000001.csv` of `pages.csv`. */
export function partPath(path: string, number: number): string {
  return path.replace(/\.csv$/, `/${partNumber(number)}.csv`)
}

/** The table, and the number of its part. Undefined for a path that no part has. */
export function partOf(path: string): { readonly table: string; readonly number: number } | undefined {
  const [, stem, number] = /^(.+)\/(\d{6})\.csv$/.exec(path) ?? []
  return stem === undefined ? undefined : { table: `${stem}.csv`, number: Number(number) }
}
