import type { Diff } from '@piecework/core'
import type { ArchiveSummary } from '@piecework/core/archive'
import { z } from 'zod'
import { type Model, model } from '../http/model.js'

const text = z.string()
const count = z.int().min(0)
const ref = z.strictObject({ kind: text, id: text })
const tree = z.strictObject({
  kind: text,
  id: text,
  get children() {
    return z.array(tree)
  },
})

const summary = z.strictObject({
  tree,
  digest: text.describe('sha256 of the manifest'),
  signature: z.strictObject({
    state: z.enum(['unsigned', 'unknown-key', 'invalid', 'trusted']),
    keyId: text.exactOptional(),
    message: text,
  }),
  pieces: z.array(
    z.strictObject({ resource: ref, name: text, version: count, entries: count, bytes: count, rows: count }),
  ),
  about: z.record(text, z.unknown()).describe('as the archive claims'),
})

const side = z.enum(['a', 'b']).exactOptional().describe('absent: both have it')
const rows = z.strictObject({
  added: count,
  removed: count,
  changed: count,
  equal: count,
  columns: z.record(text, count),
  samples: z.array(
    z.strictObject({
      change: z.enum(['added', 'removed', 'changed']),
      key: z.record(text, text.nullable()),
      columns: z.array(text).exactOptional(),
    }),
  ),
})
const entry = z.strictObject({ path: text, onlyIn: side, equal: z.boolean(), rows: rows.exactOptional() })

const diff = z.strictObject({
  equal: z.boolean(),
  resources: z.array(
    z.strictObject({
      a: ref.exactOptional(),
      b: ref.exactOptional(),
      key: text.exactOptional(),
      equal: z.boolean(),
      pieces: z.array(
        z.strictObject({ piece: text, onlyIn: side, equal: z.boolean(), entries: z.array(entry) }),
      ),
    }),
  ),
})

export const archiveSummaryModel: Model<ArchiveSummary> = model(summary, 'ArchiveSummary')
export const diffModel: Model<Diff> = model(diff, 'Diff')
