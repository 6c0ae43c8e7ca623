export interface AttributeField {
  readonly name: string
  /** Position in the table, from 0. */
  readonly index: number
  /** `other`: dates, logical and binary values, which are not read. */
  readonly kind: 'text' | 'number' | 'other'
  /** As the format names it, for messages: dBASE's letter. */
  readonly type: string
}

/** Valid until the next batch of its table. */
export interface AttributeRecord {
  /** From 1; deleted records are counted. */
  readonly number: number
  /** Decoded, up to a NUL, trimmed; '' is null. */
  text(field: AttributeField): string
  /** The characters without padding, to be parsed as a number; '' is null. */
  numberText(field: AttributeField): string
  /** The value of one to nine digits; undefined for any other text. Creates no string. */
  digits(field: AttributeField): number | undefined
}

/** The attributes of a layer, without its geometry. */
export interface AttributeTable {
  readonly fields: readonly AttributeField[]
  /** Number of records; deleted ones are counted. */
  readonly size: number
  /** In batches, without deleted records. */
  records(): AsyncIterable<readonly AttributeRecord[]>
}

/** The field of that name, else one whose name differs in case only. */
export const fieldNamed = (fields: readonly AttributeField[], name: string): AttributeField | undefined =>
  fields.find((field) => field.name === name) ??
  fields.find((field) => field.name.toLowerCase() === name.toLowerCase())
