/** The first line of a file that is not blank, in `bytes[start, end)`. */
export interface HeaderLine {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** From 1. */
  readonly line: number
  /** The first bytes of the file. */
  readonly head: Uint8Array
  readonly delimiter: string
  readonly names: readonly string[]
}

/** How to read the records behind a header. */
export interface RecordShape {
  readonly delimiter: string
  /** Number of fields. */
  readonly fields: number
  /** The first line is a record itself. */
  readonly headerless?: true
}

/** What the records of a kind of file look like. */
export interface RecordRules {
  /** Whether a column of such a file has this name. */
  isKnown(name: string): boolean
  /** Reads the header. Undefined if the file cannot be read: the errors have been reported. */
  header(header: HeaderLine): RecordShape | undefined
  /** Called with the first field of each record that has a wrong number of fields. */
  misfit?(first: string, line: number): void
  /** A record may have another delimiter than the header. */
  readonly mixedDelimiters?: true
  /** A record may have fewer fields. */
  readonly fewerFields?: true
  /** A record may have more fields, as a text may hold the delimiter. */
  readonly surplusFields?: true
}
