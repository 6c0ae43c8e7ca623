import type { Entries } from '../contracts/entries.js'
import type { ByteCount } from './byte-count.js'

/** The same entries; what is read of them counts. */
export function meteredEntries(entries: Entries, bytes: ByteCount): Entries {
  const { part } = entries
  const whole = (path: string): void => bytes.add(entries.facts(path)?.size ?? 0)
  return {
    paths: entries.paths,
    facts: (path) => entries.facts(path),
    open: (path, range) => bytes.of(entries.open(path, range)),
    json: async (path, schema) => {
      const document = await entries.json(path, schema)
      whole(path)
      return document
    },
    async *rows(path) {
      yield* entries.rows(path)
      whole(path)
    },
    ...(part && { part: (path, number) => meteredEntries(part(path, number), bytes) }),
  }
}
