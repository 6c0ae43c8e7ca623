/**
 * SQL (text) of the new id of a resource whose ids are drawn; NULL for a resource that the job does not make.
 * Old ids of an archive may be any text: those that are no integers are in no column.
 */
export function drawnIdExpression(drawn: ReadonlyMap<string, string>, expression: string): string {
  const pairs = [...drawn].filter((pair) => pair.every((id) => /^-?\d+$/.test(id)))
  if (pairs.length === 0) return 'NULL::text'
  // A constant that is searched by halves, however many there are.
  return `('${JSON.stringify(Object.fromEntries(pairs))}'::jsonb ->> (${expression})::text)`
}
