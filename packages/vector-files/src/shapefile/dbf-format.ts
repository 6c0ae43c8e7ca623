/** Bytes of the header before the fields, and of each field. */
export const dbfHeaderBytes = 32
export const dbfFieldBytes = 32
/** Offsets in the header. */
export const dbfRecordsAt = 4
export const dbfHeaderLengthAt = 8
export const dbfRecordLengthAt = 10
export const dbfLanguageAt = 29
/** Offsets in a field. */
export const dbfNameBytes = 11
export const dbfTypeAt = 11
export const dbfLengthAt = 16
export const dbfDecimalsAt = 17

/** Ends the fields. */
export const dbfFieldsEnd = 0x0d
/** Ends the file. */
export const dbfFileEnd = 0x1a
/** First byte of each record. */
export const dbfLive = 0x20
export const dbfDeleted = 0x2a

/** C: text; N and F: numbers as text; L: `T`, `F` or `?`; D: `20260131`. */
export type DbfType = 'C' | 'N' | 'F' | 'L' | 'D'

/** Bytes of the longest text. */
export const dbfTextBytes = 254

/** Bytes of a record: its flag and its fields. */
export const dbfRecordBytes = (fields: readonly { readonly length: number }[]): number =>
  fields.reduce((sum, { length }) => sum + length, 1)
