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

function pieceOf({ piece, version = 1, entries = {}, parts: own, plan }: WrittenPiece, parts: number): Piece {
  const isParted = !own && parts > 1 && Object.keys(entries).every(isTable)
  const ranges =
    own?.map(({ range }, at) => ({ range: range ?? at })) ??
    Array.from({ length: isParted ? parts : 0 }, (_, range) => ({ range }))
  return {
    contract: 1,
    name: piece,
    of: kind.kind,
    version,
    exportOnly: true,
    exporter: {
      ...(ranges.length > 0 && {
        parts: async () => (plan === undefined ? ranges : { plan, parts: ranges }),
      }),
      export: async ({ write, part }) => {
        const { entries: written, result } = own?.[(part?.number ?? 0) - 1] ?? { entries, result: undefined }
        const share = { of: isParted && part ? ranges.length : 1, number: part?.number ?? 1 }
        let rows = 0
        for (const [path, content] of Object.entries(written)) {
          if (isTable(path)) {
            const table = tableOf(content, share)
            await write(path, Buffer.from(table.join('')), () => table.length - 1)
            rows += table.length - 1
          } else await write(path, Buffer.from(content), { stored: own !== undefined })
        }
        return { rows, ...(result !== undefined && { result }) }
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
