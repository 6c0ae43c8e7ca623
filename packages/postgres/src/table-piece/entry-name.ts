/** Name of a table's entry. Characters that entries may not have become `_<code point in hex>_`. */
export const entryName = (table: string): string =>
  `${table.replace(/[^A-Za-z0-9._-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`)}.csv`
