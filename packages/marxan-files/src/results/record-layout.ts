/** One record of a file of results; valid until the next one is read. */
export interface ResultRecord {
  /** From 1. */
  readonly line: number
  readonly fields: number
  text(field: number): string
  /** The field as an integer; NaN where it is not made of digits alone. */
  digits(field: number): number
  /** What stands between the fields. */
  readonly delimiter: string
}

/** What a kind of file looks like. */
export interface RecordLayout {
  /** Whether a column's name, in the form of `columnName`, is one of this kind of file. */
  known(name: string): boolean
  /**
   * Takes the header. The number of fields of a record, or undefined where the file cannot be read: why has been told. Called with
   * no names where the first record is no header.
   */
  header(names: readonly string[], line: number): number | undefined
  /** A record may lack its header. */
  readonly headerless?: true
  /** A text in a record may hold the delimiter. */
  readonly surplus?: true
  record(record: ResultRecord): void
}

/** A name of a column as files of all versions have it: `"Occurrence Target "` is `occurrence_target`, `Run no.` is `run_no`. */
export const columnName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
