/** A text of 24 digits is `{ hex: 24 }`, as MongoDB's ObjectId. Lower case. */
interface HexForm {
  /** Number of digits, from 20 to 64. */
  readonly hex: number
}

interface Cuid2Form {
  /** Number of characters, from 16 to 32. */
  readonly cuid2: number
}

interface NanoidForm {
  readonly nanoid: {
    /** Number of characters, to 64. Default 21. */
    readonly length?: number
    /** Letters, digits and `-_.~`, each once. Default: all letters and digits, `_` and `-`. */
    readonly alphabet?: string
  }
}

/** What new keys of texts look like: 80 bits of a hash at least. */
export type TextForm =
  | 'uuid'
  | 'uuid-hex'
  | 'cuid'
  | 'cuid2'
  | 'ulid'
  | 'nanoid'
  | HexForm
  | Cuid2Form
  | NanoidForm

/** New keys are numbers of this sequence of the host's: `{ sequence: 'public.hibernate_sequence' }`. */
export interface SequenceForm {
  /** Name, or schema and name, as the catalogue has them: without quotes. */
  readonly sequence: string
}

/**
 * How a table's new keys are made. `natural`: people give them, and they travel as they are. `uuid` is for
 * columns of that type and for texts with dashes, `uuid-hex` for texts without.
 */
export type KeyForm = TextForm | 'natural' | SequenceForm
