import { z } from 'zod'
import type { ResourceTree } from '../contracts/resource.js'
import { knownNeeds } from './manifest-needs.js'

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
export const entry = z.strictObject({
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
export const schema = z.strictObject({
  format: z.literal('piecework-archive'),
  version: z.literal(2),
  needs: z.array(z.enum(knownNeeds)).nonempty(),
  types: z.array(z.array(z.string().max(1000))).exactOptional(),
  tree,
  pieces: z.array(piece),
})
const firstEntry = entry.omit({ types: true, recordBytes: true })
export const firstSchema = z.strictObject({
  format: z.literal('piecework-archive'),
  version: z.literal(1),
  tree,
  pieces: z.array(piece.extend({ entries: z.array(firstEntry) })),
})
/** What every version has: later ones than 1 list, by name, what their reader must know beyond it. */
export const stamp = z.looseObject({
  format: z.literal('piecework-archive'),
  version: z.int().positive(),
  needs: z.array(text).optional(),
})
