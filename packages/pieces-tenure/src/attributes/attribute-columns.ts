import { type AttributeKind, kindOfField } from './attribute-kind.js'

export interface AttributeField {
  readonly name: string
  readonly type?: string | undefined
}

/** What is asked about all rows, or about parties of one type. */
export interface AttributeSchema {
  /** `IN`, `CO`, `GR`; null: all. */
  readonly selector: string | null
  readonly fields: readonly AttributeField[]
}

export interface AttributeColumn {
  /** Unique among the columns of the file. */
  readonly name: string
  readonly attribute: string
  readonly kind: AttributeKind
}

export interface AttributeColumnsOptions {
  readonly schemas: readonly AttributeSchema[]
  /** By attribute: the kinds of the values that occur. */
  readonly found: ReadonlyMap<string, ReadonlySet<AttributeKind>>
  /** Names of the columns before those of attributes. */
  readonly fixed: readonly string[]
}

/** What all rows are asked comes first. */
const selectors: readonly (string | null)[] = [null, 'IN', 'CO', 'GR']

/** Before the name of an attribute that another column has. */
const prefix = 'attribute_'

/**
 * Columns of attributes: those of the schemas in their order, filled or not, then those that occur beside them, by their
 * names. Where values are of several kinds they are all written as JSON.
 */
export function attributeColumns({
  schemas,
  found,
  fixed,
}: AttributeColumnsOptions): readonly AttributeColumn[] {
  const fields = new Map<string, AttributeField>()
  for (const selector of selectors)
    for (const schema of schemas.filter((one) => one.selector === selector))
      for (const field of schema.fields) if (!fields.has(field.name)) fields.set(field.name, field)
  const others = [...found.keys()].filter((name) => !fields.has(name)).sort(byBytes)
  const names = new Set(['', ...fixed])
  return [...fields.values(), ...others.map((name): AttributeField => ({ name }))].map((field) => {
    let { name } = field
    while (names.has(name)) name = prefix + name
    names.add(name)
    return { name, attribute: field.name, kind: kindOf(found.get(field.name), field) }
  })
}

function kindOf(kinds: ReadonlySet<AttributeKind> | undefined, { type }: AttributeField): AttributeKind {
  const [kind = kindOfField(type), ...others] = kinds ?? []
  return others.length > 0 ? 'json' : kind
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
