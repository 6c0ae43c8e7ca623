import type { NewFinding } from '@piecework/core/piece'

/** What the search of a folder tells. */
export interface FolderFinding extends NewFinding {
  /** Path below the folder of what could be taken instead. */
  readonly instead?: string
}

/** "; there is also b", "; there are also b, c". */
export const alsoThere = (others: readonly string[]): string =>
  `; there ${others.length === 1 ? 'is' : 'are'} also ${others.join(', ')}`
