/** Entries of the piece `tenure/files`: all files one after the other, and the list of whose they are. */
export const fileEntries = { list: 'files.csv', bytes: 'files.bin' } as const

/** Bytes of a listed file; undefined if the text is no number. */
export const fileSize = (text: string | null | undefined): number | undefined =>
  text && /^\d{1,15}$/.test(text) ? Number(text) : undefined
