interface Definition {
  readonly type?: string
  readonly shape?: Readonly<Record<string, object>>
  readonly innerType?: object
  readonly element?: object
  readonly valueType?: object
  readonly in?: object
}

/** Names that the object at a path of a zod schema may have. */
export function knownNames(schema: object, path: readonly PropertyKey[]): readonly string[] {
  const def = definitionOf(schema)
  const inner = def.innerType ?? def.in
  if (inner) return knownNames(inner, path)
  const [part, ...rest] = path
  if (part === undefined) return Object.keys(def.shape ?? {})
  const next = def.element ?? def.valueType ?? def.shape?.[String(part)]
  return next ? knownNames(next, rest) : []
}

function definitionOf(schema: object): Definition {
  return (schema as { readonly def?: Definition }).def ?? {}
}
