import type { Entries, OutputContext } from '@piecework/core/piece'

/** What happens to what an output reads. */
export interface Reading {
  /** Largest piece of an entry that comes at once, in bytes. */
  readonly chunkBytes?: number
  /**
   * Called before each chunk, batch of rows, document or part that is given, and after the last; what it throws, the read
   * throws.
   */
  at?(path: string): void | Promise<void>
}

/** The context, whose entries are read so. */
export function reading<Options>(context: OutputContext<Options>, how: Reading): OutputContext<Options> {
  const pieces = context.pieces.map((piece) => ({
    ...piece,
    entries: entriesRead(piece.entries, how),
    parts: async function* (...of: Parameters<typeof piece.parts>) {
      for await (const part of piece.parts(...of)) {
        await how.at?.(`part ${part.number}`)
        yield { ...part, entries: entriesRead(part.entries, how) }
      }
      await how.at?.('the last part')
    },
  }))
  return { ...context, pieces }
}

function entriesRead(entries: Entries, { chunkBytes = 16_384, at = () => {} }: Reading): Entries {
  return {
    paths: entries.paths,
    facts: (path) => entries.facts(path),
    open: async function* (path, range) {
      for await (const chunk of entries.open(path, range))
        for (let from = 0; from < chunk.length; from += chunkBytes) {
          await at(path)
          yield chunk.subarray(from, from + chunkBytes)
        }
      await at(path)
    },
    json: async (path, schema) => {
      await at(path)
      const document = await entries.json(path, schema)
      await at(path)
      return document
    },
    rows: async function* (path) {
      for await (const rows of entries.rows(path))
        for (const row of rows) {
          await at(path)
          yield [row]
        }
      await at(path)
    },
  }
}
