/** "; there is also b", "; there are also b, c". */
export const alsoThere = (others: readonly string[]): string =>
  `; there ${others.length === 1 ? 'is' : 'are'} also ${others.join(', ')}`
