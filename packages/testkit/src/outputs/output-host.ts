import { createPiecework, memoryStore, type ResourceKind } from '@piecework/core'
import { csvLine, csvRecords, type Output, type OutputContext, type Piece } from '@piecework/core/piece'
import { type Environment, systemEnvironment } from '@piecework/core/store'
import { oneAtATime } from '../one-at-a-time.js'
import type { OutputLawsOptions, WrittenPiece } from './output-laws-options.js'

const kind: ResourceKind = {
  kind: 'sample',
  table: 'samples',
  key: 'nanoid',
  describe: async () => ({ name: 'A sample' }),
}

/** Its clock stands still: files in a zip have the date of their job, and jobs of one law are compared. */
const environment: Environment = { ...systemEnvironment, now: () => Date.UTC(2026, 0, 1) }

/**
 * Exports what the pieces have written, and calls `use` in the place of the output, with what that is given. `parts`: each
 * table in so many, if all that its piece has written are tables.
 */
export async function inOutput(
  { output, pieces, options }: OutputLawsOptions,
  use: (context: OutputContext<never>) => Promise<void>,
  parts = 1,
): Promise<void> {
  let failure: unknown
  // What it refuses is asked by a law of its own.
  const { check: _, ...unchecked } = output
  const used: Output<never> = {
    ...unchecked,
    assemble: async function* (context) {
      await use(context).catch((error: unknown) => {
        failure = error
      })
    },
  }
  const piecework = createPiecework({
    packs: [
      {
        name: 'laws',
        kinds: [kind],
        pieces: pieces.map((piece) => pieceOf(piece, parts)),
        outputs: [used as Output],
      },
    ],
    store: memoryStore({ environment }),
    runtime: oneAtATime(),
    environment,
  })
  await piecework.start()
  try {
    const job = await piecework.export({
      resource: { kind: kind.kind, id: 'sample' },
      outputs: [{ name: output.name, ...(options !== undefined && { options }) }],
      principal: { id: 'ann' },
    })
    await job.result()
  } finally {
    await piecework.stop()
  }
  if (failure) throw failure
}

function pieceOf({ piece, version = 1, entries }: WrittenPiece, parts: number): Piece {
  const written = Object.entries(entries)
  const isParted = parts > 1 && written.every(([path]) => isTable(path))
  return {
    contract: 1,
    name: piece,
    of: kind.kind,
    version,
    exportOnly: true,
    exporter: {
      ...(isParted && { parts: async () => Array.from({ length: parts }, (_, range) => ({ range })) }),
      export: async ({ write, part }) => {
        let rows = 0
        for (const [path, content] of written) {
          if (isTable(path)) {
            const table = tableOf(content, { of: part?.of ?? 1, number: part?.number ?? 1 })
            await write(path, Buffer.from(table.join('')), () => table.length - 1)
            rows += table.length - 1
          } else await write(path, Buffer.from(content))
        }
        return { rows }
      },
    },
  }
}

const isTable = (path: string): boolean => path.endsWith('.csv')

/** Its lines as COPY writes them: the header, and those of the part. */
function tableOf(
  content: string | Uint8Array,
  { of, number }: { readonly of: number; readonly number: number },
): readonly string[] {
  const [header = '', ...rows] = csvRecords(Buffer.from(content).toString()).map(csvLine)
  const size = Math.ceil(rows.length / of)
  return [header, ...rows.slice((number - 1) * size, number * size)]
}
