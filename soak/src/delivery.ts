import { createHash } from 'node:crypto'
import type { Principal } from '@piecework/core'
import type { Output, Pack, Piece } from '@piecework/core/piece'
import { type TablePieceSpec, tablePiece } from '@piecework/postgres'

const units = 'project/planning-units'

/** What two pieces have written, one after the other. */
const amounts: Output = {
  name: 'soak/amounts',
  mediaType: 'text/csv',
  pieces: [units, 'project/feature-amounts'],
  fileName: ({ name, resource }) => `${name ?? resource.id} amounts.csv`,
  assemble: async function* ({ pieces }) {
    for (const { entries } of pieces) for (const path of entries.paths) yield* entries.open(path)
  },
}

export const outputPack: Pack = { name: 'soak', kinds: [], pieces: [], outputs: [amounts] }

/** The pack, with the planning units in parts of so many rows. */
export const inParts = (pack: Pack, partRows: number): Pack => ({
  ...pack,
  pieces:
    pack.pieces?.map((piece) =>
      piece.name === units ? tablePiece({ ...specOf(piece), partRows }) : piece,
    ) ?? [],
})

const specOf = (piece: Piece): TablePieceSpec =>
  (piece as unknown as Record<symbol, TablePieceSpec>)[Symbol.for('piecework.table-spec')] as TablePieceSpec

export const outputs = [{ name: 'archive' }, { name: amounts.name }] as const

/** Below the folder of deliveries. */
export const folderOf = (principal: string): string => principal.replaceAll(/[^a-z0-9]+/g, '-')

/** Each output into a folder, to a link and to the drive. */
export const deliverTo = ({ id }: Principal) =>
  outputs.flatMap(({ name: output }) => [
    { target: 'folder', output, destination: { folder: folderOf(id) } },
    { target: 'link', output, destination: { expiresAt: expiryFor(id) } },
    {
      target: 'dropbox',
      output,
      destination: { credential: `${folderOf(id)}/${output}`, folder: `/${folderOf(id)}` },
    },
  ])

/** What is delivered once more to the same place is the same delivery: this one is the principal's own. */
function expiryFor(principal: string): string {
  const millisecond = createHash('sha256').update(principal).digest().readUInt32BE()
  return new Date(Date.UTC(2100, 0) + millisecond).toISOString()
}

const told = [{ action: 'webhook', input: { to: 'soak' } }, { action: 'count' }]

/** Whatever becomes of the job. */
export const followUps = { onSuccess: told, onFailure: told, onCancel: told } as const

/** The keys of what follows a job that has ended so: of the webhook, and of the count. */
export const toldKeys = (job: string, outcome: 'succeeded' | 'failed' | 'cancelled') => {
  const list = { succeeded: 'onSuccess', failed: 'onFailure', cancelled: 'onCancel' }[outcome]
  return { webhook: `${job}/${list}/0`, count: `${job}/${list}/1` }
}
