/**
 * SQL (text) of the new id of a resource whose ids are drawn; NULL for a resource that the job does not make.
 * Old ids of an archive may be any text: those that are no integers are in no column.
 */
export function drawnIdExpression(drawn: ReadonlyMap<string, string>, expression: string): string {
  const literal = literals.get(drawn) ?? literalOf(drawn)
  literals.set(drawn, literal)
  // A constant that is searched by halves, however many there are.
  return literal === undefined ? 'NULL::text' : `(${literal} ->> (${expression})::text)`
}

/** A job of many resources asks for each of them. */
const literals = new WeakMap<ReadonlyMap<string, string>, string | undefined>()

function literalOf(drawn: ReadonlyMap<string, string>): string | undefined {
  const pairs = [...drawn].filter((pair) => pair.every((id) => /^-?\d+$/.test(id)))
  return pairs.length === 0 ? undefined : `'${JSON.stringify(Object.fromEntries(pairs))}'::jsonb`
}
