import { parsed } from '../archive/parse.js'
import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Piece } from '../contracts/piece.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { Store } from '../contracts/store.js'
import { readableBy } from './in-database.js'
import { pieceUnknown } from './piece-unknown.js'
import { resourceName, walkTree } from './tree.js'

/**
 * Options by piece name, parsed by the pieces' own schemas; a name that no piece has is an error. Those in
 * `before` were parsed and stay.
 */
export function parseOptions(
  pieces: Iterable<Piece>,
  given: Readonly<Record<string, unknown>> = {},
  before: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {}
  const unknown = new Set(Object.keys(given).filter((name) => given[name] !== undefined))
  const known: string[] = []
  for (const piece of pieces) {
    known.push(piece.name)
    if (Object.hasOwn(before, piece.name)) {
      options[piece.name] = before[piece.name]
      continue
    }
    const value = unknown.delete(piece.name) ? given[piece.name] : undefined
    if (!piece.options) {
      if (value !== undefined)
        throw new PieceworkError('options-invalid', `Piece "${piece.name}" takes no options.`)
      continue
    }
    const what = `One of the options of piece "${piece.name}"`
    options[piece.name] = parsed('options-invalid', what, value ?? {}, piece.options)
  }
  for (const name of unknown) throw pieceUnknown(name, known)
  return options
}

/** Pieces of each resource of a tree that the job will run. */
export type PiecesOf = (ref: ResourceRef) => readonly Piece[]

/** Asks each piece whether it has anything to carry. */
export async function applicable(
  tree: ResourceTree,
  pieces: Iterable<Piece>,
  context: {
    readonly jobId: string
    readonly principal: Principal
    readonly options: Readonly<Record<string, unknown>>
    readonly db: Queryable
    readonly store: Pick<Store, 'database' | 'databases'>
  },
): Promise<PiecesOf> {
  const all = [...pieces]
  const byResource = new Map<string, Piece[]>()
  const { signal } = new AbortController()
  for (const { ref } of walkTree(tree)) {
    const own: Piece[] = []
    for (const piece of all) {
      if (piece.of !== ref.kind) continue
      const { jobId, principal, options, store } = context
      const db = readableBy(store, piece, context.db)
      const applying = { jobId, principal, signal, db, resource: ref, options: options[piece.name] }
      if (!piece.applies || (await piece.applies(applying))) own.push(piece)
    }
    byResource.set(resourceName(ref), own)
  }
  return (ref) => byResource.get(resourceName(ref)) ?? []
}
