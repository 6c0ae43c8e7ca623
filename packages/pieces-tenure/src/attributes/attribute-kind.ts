/** How the values of one attribute are written: those of one column alike, so that they read back. */
export type AttributeKind = 'text' | 'number' | 'boolean' | 'list' | 'json'

/** Undefined for null, which is written as what is missing. */
export function kindOfValue(value: unknown): AttributeKind | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? 'list' : 'json'
}

/** Of an attribute without values, by the type of its field. */
export function kindOfField(type: string | undefined): AttributeKind {
  if (type === 'integer' || type === 'decimal') return 'number'
  return type === 'select_multiple' ? 'list' : 'text'
}
