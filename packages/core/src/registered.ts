import type { Format } from './contracts/format.js'
import type { Registry } from './plan/registry.js'

/** What an upload of a role may be. */
export interface RegisteredRole {
  readonly name: string
  /** There is no import without it. */
  readonly required: boolean
  /** A larger file is refused. */
  readonly maxBytes: number
}

export interface RegisteredFormat {
  /** `archive`, or the name that its pack has given it. */
  readonly name: string
  /** Kind of resource that its drafts make. Absent: it has no drafts. */
  readonly makes?: string
  readonly roles: readonly RegisteredRole[]
  /** Files may come without a role, as `unsorted`; a larger one is refused. */
  readonly unsorted?: { readonly maxBytes: number }
  /** There is a map of the uploads of its drafts. */
  readonly hasMap?: true
  /** Its drafts can be validated before all files are there. */
  readonly partial?: true
}

interface RegisteredKind {
  readonly kind: string
  readonly parent?: string
  /** There is a map of each: `unitMap()`. */
  readonly hasMap?: true
}

/** What the packs have brought, for what makes routes or forms of it. */
export interface Registered {
  readonly kinds: readonly RegisteredKind[]
  /** Of archives: `of` is the kind of resource that each is a part of. */
  readonly pieces: readonly { readonly name: string; readonly of: string }[]
  /** That of archives first. */
  readonly formats: readonly RegisteredFormat[]
}

export function registeredOf(registry: Registry, archive: Format): Registered {
  return {
    kinds: [...registry.kinds.values()].map(({ kind, parent, unitMap }) => ({
      kind,
      ...(parent !== undefined && { parent }),
      ...(unitMap && { hasMap: true }),
    })),
    pieces: [...registry.pieces.values()].map(({ name, of }) => ({ name, of })),
    formats: [archive, ...registry.formats.values()].map(
      ({ name, tree, roles, unsorted, unitMap, partial }) => ({
        name,
        ...(tree && { makes: tree.kind }),
        roles: Object.entries(roles).map(([role, { required = false, maxBytes }]) => ({
          name: role,
          required,
          maxBytes,
        })),
        ...(unsorted && { unsorted: { maxBytes: unsorted.maxBytes } }),
        ...(unitMap && { hasMap: true }),
        ...(partial && { partial }),
      }),
    ),
  }
}
