/** Equal for two spellings of one name: case and white space do not tell names apart. */
export const nameKey = (name: string): string =>
  name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()
