import type { Piece } from '../contracts/piece.js'

/** `planning.units`, or with quotes where a name has a dot: the schema, and the name. */
const qualified = /^(?:"(?:[^"]|"")+"|[^".]+)\.(?=[^.]|"(?:[^"]|"")+"$)(.+)$/su

const bareName = (table: string): string => qualified.exec(table)?.[1] ?? table

/** Names that tables of several schemas have: they are not remapped under one name. */
export function sharedNames(declaring: readonly Pick<Piece, 'keys'>[]): ReadonlySet<string> {
  const tables = new Map<string, string>()
  const shared = new Set<string>()
  for (const { keys } of declaring) {
    for (const table of keys?.tables ?? []) {
      const name = bareName(table)
      if ((tables.get(name) ?? table) !== table) shared.add(name)
      tables.set(name, table)
    }
  }
  return shared
}

/** Name under which keys are remapped: without its schema, unless tables of several schemas have that name. */
export function keyName(table: string, shared: ReadonlySet<string>): string {
  const name = bareName(table)
  return shared.has(name) ? table : name
}
