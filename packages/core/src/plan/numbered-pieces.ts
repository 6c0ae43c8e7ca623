import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Piece } from '../contracts/piece.js'
import type { Store } from '../contracts/store.js'
import { readableBy } from './in-database.js'

/**
 * Names of the pieces that must reserve numbers before anything is made. Throws `unsupported` if one of them, or another
 * piece of the job, has its rows in another database: ranges do not travel between databases.
 */
export async function numberedPieces(
  pieces: Iterable<Piece>,
  db: Queryable,
  store: Pick<Store, 'database' | 'databases'>,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  const all = [...pieces]
  for (const database of new Set(all.map((piece) => piece.database))) {
    const asked = all.filter((piece) => piece.database === database)
    for (const piece of asked) {
      const { name, keys } = piece
      if (!keys?.reserve) continue
      const tables = (await keys.numbered?.(readableBy(store, piece, db), asked)) ?? []
      if (tables.length > 0) names.add(name)
    }
  }
  const elsewhere = all.filter(({ database }) => database !== undefined)
  if (names.size > 0 && elsewhere.length > 0) throw numbersElsewhere(names, elsewhere)
  return names
}

function numbersElsewhere(numbered: ReadonlySet<string>, elsewhere: readonly Piece[]): PieceworkError {
  const others = elsewhere.map(({ name, database }) => `${name} ("${database}")`).join(', ')
  return new PieceworkError(
    'unsupported',
    `The keys of ${[...numbered].join(', ')} are numbers of sequences, which cannot be reserved by a job that also writes pieces into another database: ${others}. Ask for one without these (\`without\`), or give their tables uuid or text keys.`,
    { facts: { numbered: [...numbered], elsewhere: elsewhere.map(({ name }) => name) } },
  )
}
