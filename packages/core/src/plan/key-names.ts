import type { Piece } from '../contracts/piece.js'

/** `planning.units`, or with quotes where a name has a dot: the schema, and the name. */
const qualified = /^(?:"(?:[^"]|"")+"|[^".]+)\.(?=[^.]|"(?:[^"]|"")+"$)(.+)$/su

const bareName = (table: string): string => qualified.exec(table)?.[1] ?? table

/** Tables that pieces declare, by their names without a schema. */
export type DeclaredTables = ReadonlyMap<string, ReadonlySet<string>>

export function declaredTables(declaring: readonly Pick<Piece, 'keys'>[]): DeclaredTables {
  const declared = new Map<string, Set<string>>()
  for (const { keys } of declaring) {
    for (const table of keys?.tables ?? []) {
      const name = bareName(table)
      declared.set(name, (declared.get(name) ?? new Set()).add(table))
    }
  }
  return declared
}

/**
 * Name under which keys are remapped: without its schema, unless a piece declares a table of another schema
 * that has the same name. `public.units` is the table that pieces declare as `units`; a name without a schema
 * may be that of any, as a piece written by hand calls it.
 */
export function keyName(table: string, declared: DeclaredTables): string {
  const name = bareName(table)
  const same = table === `public.${name}` ? name : table
  const tables = declared.get(name) ?? new Set()
  if ([...tables].every((other) => other === same)) return name
  return tables.has(same) ? same : table
}
