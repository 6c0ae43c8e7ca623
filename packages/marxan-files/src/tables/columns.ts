interface Declared {
  /** Must be in the header. */
  readonly required?: true
  /** Other names in the header; compared without regard to case, as the column's own is. */
  readonly aliases?: readonly string[]
}

interface Numeric extends Declared {
  readonly min?: number
  readonly max?: number
  /** Added to findings about a value that is no number or out of range. */
  readonly hint?: string
}

/** The value for every row where the file has no such column. */
export interface IntegerColumn extends Numeric {
  readonly kind: 'integer'
  readonly absent?: number
}

export interface NumberColumn extends Numeric {
  readonly kind: 'number'
  /** Default NaN. */
  readonly absent?: number
  /** Nothing but whole numbers. */
  readonly whole?: true
  /** A value outside of the range that is read as it is. */
  readonly notSet?: number
  /** An empty cell is NaN instead of an error. */
  readonly mayBeEmpty?: true
  /** If it is missing: a warning with what that means, and the column that may be meant by another name. */
  readonly missing?: { readonly means: string; readonly like: RegExp }
}

/** A cell may be empty; an absent column is a column of empty cells. */
interface TextColumn extends Declared {
  readonly kind: 'text'
}

export type Column = IntegerColumn | NumberColumn | TextColumn
export type Columns = Readonly<Record<string, Column>>

/** Integers fit 32 bits; numbers are exactly what `Number(text)` gives. */
type Cells<C extends Column> = C extends IntegerColumn
  ? Int32Array
  : C extends NumberColumn
    ? Float64Array
    : string[]

/** Some rows of a table, by column. */
export interface Batch<C extends Columns> {
  readonly length: number
  /** Line of the file on which each row begins, from 1. */
  readonly lines: Int32Array
  readonly columns: { readonly [Name in keyof C]: Cells<C[Name]> }
  /** Columns that the file has. */
  readonly present: ReadonlySet<keyof C>
}
