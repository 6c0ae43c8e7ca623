import { type Entries, entriesOf } from '@piecework/core/piece'

/** An uploaded planning grid whose bytes come in small chunks. */
export function uploadOf(zip: Uint8Array, metadata?: Readonly<Record<string, unknown>>): Entries {
  return entriesOf([
    {
      path: 'planning-grid',
      facts: { size: zip.length, ...(metadata && { metadata }) },
      open: async function* ({ start, end } = { start: 0, end: zip.length }) {
        for (let at = start; at < end; at += 1000) yield zip.subarray(at, Math.min(at + 1000, end))
      },
    },
  ])
}
