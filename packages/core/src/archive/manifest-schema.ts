import { z } from 'zod'
import type { ResourceTree } from '../contracts/resource.js'
import type { Schema } from '../contracts/schema.js'
import { manifestDefaults, pauseDefaults } from '../defaults.js'
import { assertWithin } from './limits.js'
import type { Manifest, ManifestEntry, ManifestPiece } from './manifest-contract.js'
import { knownNeeds } from './manifest-needs.js'
import { validated } from './parse.js'
import { each, type Steps } from './steps.js'

/** A manifest as it is spelled. */
export interface SpelledManifest extends Pick<Manifest, 'format' | 'version' | 'tree'> {
  readonly types?: readonly (readonly string[])[]
  readonly pieces: readonly (Omit<ManifestPiece, 'entries'> & { readonly entries: readonly SpelledEntry[] })[]
}

export interface SpelledEntry extends Omit<ManifestEntry, 'types'> {
  /** Number of the list. */
  readonly types?: number
}

const count = z.int().nonnegative()
/** What every database and file system keeps as it is. */
const text = z
  .string()
  .min(1)
  .max(manifestDefaults.textCharacters)
  .refine((value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value), 'holds characters that are none')
/** Items are validated one by one: a schema of all finds fault with each of them. */
const list = z.array(z.unknown())
const ref = z.strictObject({ kind: text, id: text })
const node = z.strictObject({ kind: text, id: text, children: list })
const entry = z.strictObject({
  path: z.string(),
  size: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  rows: count.exactOptional(),
  types: count.exactOptional(),
  recordBytes: count.exactOptional(),
})
const firstEntry = entry.omit({ types: true, recordBytes: true })
const piece = z.strictObject({
  resource: ref,
  name: z
    .string()
    .max(manifestDefaults.textCharacters)
    .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/),
  version: z.int().positive(),
  exportOnly: z.literal(true).exactOptional(),
  parts: z.int().positive().exactOptional(),
  entries: list,
})
/** As it is spelled: entries name their lists of types by number, for many have the same. */
const schema = z.strictObject({
  format: z.literal('piecework-archive'),
  version: z.literal(2),
  needs: z.array(z.enum(knownNeeds)).nonempty(),
  types: list.exactOptional(),
  tree: node,
  pieces: list,
})
const firstSchema = z.strictObject({
  format: z.literal('piecework-archive'),
  version: z.literal(1),
  tree: node,
  pieces: list,
})
const typeName = z.string().max(manifestDefaults.textCharacters)
/** What every version has: later ones than 1 list, by name, what their reader must know beyond it. */
const stamp = z.looseObject({
  format: z.literal('piecework-archive'),
  version: z.int().positive(),
  needs: list.max(manifestDefaults.needs).pipe(z.array(text)).optional(),
})

/** Throws `archive-invalid` for what is no manifest of any version. */
export const stampOf = (
  json: unknown,
): { readonly version: number; readonly needs?: readonly string[] | undefined } =>
  validated(manifestName, json, stamp)

const manifestName = 'manifest.json'

/** Throws `archive-invalid` with what is wrong first, `archive-limit` for more than a manifest may list. */
export function* spelledManifest(json: unknown, version: number): Steps<SpelledManifest> {
  const { types, tree, pieces, ...stamped } =
    version === 1
      ? { ...validated(manifestName, json, firstSchema), types: undefined }
      : validated(manifestName, json, schema)
  assertWithin('The number of pieces', pieces.length, manifestDefaults.pieces)
  const lists = types && (yield* spelledTypes(types))
  return {
    ...stamped,
    ...(lists && { types: lists }),
    tree: yield* spelledTree(tree),
    pieces: yield* spelledPieces(pieces, version === 1 ? firstEntry : entry),
  }
}

function* spelledTypes(json: readonly unknown[]): Steps<readonly (readonly string[])[]> {
  const lists: string[][] = []
  for (const [at, one] of json.entries()) {
    const names: string[] = []
    yield* each(validated(manifestName, one, list, ['types', at]), (name, index) =>
      names.push(validated(manifestName, name, typeName, ['types', at, index])),
    )
    lists.push(names)
    if (at % pauseDefaults.spelled === pauseDefaults.spelled - 1) yield
  }
  return lists
}

type Node = z.infer<typeof node>

interface SpelledTree extends ResourceTree {
  readonly children: SpelledTree[]
}

/** By a list of what is left to do, for nesting is bounded later. */
function* spelledTree(root: Node): Steps<ResourceTree> {
  const made = ({ kind, id }: Node): SpelledTree => ({ kind, id, children: [] })
  const tree = made(root)
  const left: { readonly json: Node; readonly node: SpelledTree; readonly place: readonly PropertyKey[] }[] =
    [{ json: root, node: tree, place: ['tree'] }]
  let count = 1
  for (let one = left.pop(); one; one = left.pop()) {
    const { json, node: parent, place } = one
    count += json.children.length
    assertWithin('The number of resources', count, manifestDefaults.resources)
    yield* each(json.children, (child, at) => {
      const path = [...place, 'children', at]
      const spelled = validated(manifestName, child, node, path)
      const below = made(spelled)
      parent.children.push(below)
      if (spelled.children.length > 0) left.push({ json: spelled, node: below, place: path })
    })
  }
  return tree
}

function* spelledPieces(
  json: readonly unknown[],
  ofEntry: Schema<SpelledEntry>,
): Steps<SpelledManifest['pieces']> {
  const pieces: SpelledManifest['pieces'][number][] = []
  for (const [at, one] of json.entries()) {
    const { entries, ...spelled } = validated(manifestName, one, piece, ['pieces', at])
    const files: SpelledEntry[] = []
    yield* each(entries, (file, index) =>
      files.push(validated(manifestName, file, ofEntry, ['pieces', at, 'entries', index])),
    )
    pieces.push({ ...spelled, entries: files })
    if (at % pauseDefaults.spelled === pauseDefaults.spelled - 1) yield
  }
  return pieces
}
