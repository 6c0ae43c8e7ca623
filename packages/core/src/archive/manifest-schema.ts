import { z } from 'zod'
import type { ResourceTree } from '../contracts/resource.js'
import type { Manifest, ManifestEntry, ManifestPiece } from './manifest-contract.js'
import { knownNeeds } from './manifest-needs.js'
import { validated } from './parse.js'

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
  .max(1000)
  .refine((value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value), 'holds characters that are none')
const ref = z.strictObject({ kind: text, id: text })
const tree: z.ZodType<ResourceTree> = z.lazy(() =>
  z.strictObject({ kind: text, id: text, children: z.array(tree) }),
)
const entry = z.strictObject({
  path: z.string(),
  size: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  rows: count.exactOptional(),
  types: count.exactOptional(),
  recordBytes: count.exactOptional(),
})
const piece = z.strictObject({
  resource: ref,
  name: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/),
  version: z.int().positive(),
  exportOnly: z.literal(true).exactOptional(),
  entries: z.array(entry),
})
/** As it is spelled: entries name their lists of types by number, for many have the same. */
const schema = z.strictObject({
  format: z.literal('piecework-archive'),
  version: z.literal(2),
  needs: z.array(z.enum(knownNeeds)).nonempty(),
  types: z.array(z.array(z.string().max(1000))).exactOptional(),
  tree,
  pieces: z.array(piece),
})
const firstEntry = entry.omit({ types: true, recordBytes: true })
const firstSchema = z.strictObject({
  format: z.literal('piecework-archive'),
  version: z.literal(1),
  tree,
  pieces: z.array(piece.extend({ entries: z.array(firstEntry) })),
})
/** What every version has: later ones than 1 list, by name, what their reader must know beyond it. */
const stamp = z.looseObject({
  format: z.literal('piecework-archive'),
  version: z.int().positive(),
  needs: z.array(text).optional(),
})

/** Throws `archive-invalid` for what is no manifest of any version. */
export const stampOf = (
  json: unknown,
): { readonly version: number; readonly needs?: readonly string[] | undefined } =>
  validated('manifest.json', json, stamp)

/** Throws `archive-invalid` with what is wrong. */
export const spelledManifest = (json: unknown, version: number): SpelledManifest =>
  version === 1 ? validated('manifest.json', json, firstSchema) : validated('manifest.json', json, schema)
