import { gzipSync } from 'node:zlib'
import type { Pack, ResourceKind } from '@piecework/core'
import type { Output, Piece } from '@piecework/core/piece'

const posters = new Map([['sky', { name: 'Night sky', width: 30, height: 8 }]])

const kind: ResourceKind = {
  kind: 'poster',
  table: 'posters',
  key: 'nanoid',
  describe: async ({ id }) => posters.get(id),
}

/** The same for all strips. */
interface Plan {
  readonly width: number
  readonly rows: number
}

/** What is said of a strip before it is read. */
interface Strip {
  readonly bytes: number
}

const pathOf = (strip: number) => `strips/${strip}.gz`

/** Strips of some rows, each rendered by a node of its own, on whatever machine. */
const strips: Piece = {
  contract: 1,
  name: 'gallery/strips',
  of: 'poster',
  version: 1,
  exportOnly: true,
  exporter: {
    parts: async ({ resource }) => {
      const { width, height } = posters.get(resource.id) ?? { width: 0, height: 0 }
      const plan: Plan = { width, rows: 2 }
      const parts = Array.from({ length: Math.ceil(height / plan.rows) }, (_, at) => ({
        range: { from: at * plan.rows },
      }))
      return { plan, parts }
    },
    export: async ({ part, plan, write }) => {
      if (!part) throw new Error('A poster is rendered in strips.')
      const { width, rows } = plan as Plan
      const { from } = part.range as { from: number }
      const text = Array.from({ length: rows }, (_, at) => `${starsOf(from + at, width)}\n`).join('')
      const packed = gzipSync(text)
      await write(pathOf(part.number), packed, { stored: true })
      const result: Strip = { bytes: packed.length }
      return { rows: 0, result }
    },
  },
}

function starsOf(row: number, width: number): string {
  return Array.from({ length: width }, (_, at) => ((at * at + row * 7) % 11 === 0 ? '*' : '.')).join('')
}

/** How long each strip is, and then the strips. */
const picture: Output = {
  name: 'gallery/picture',
  mediaType: 'application/octet-stream',
  pieces: ['gallery/strips'],
  fileName: ({ name, resource }) => `${name ?? resource.id}.strips`,
  assemble: async function* ({ pieces: [poster], progress }) {
    if (!poster) return
    const lengths: number[] = []
    for await (const { result } of poster.parts()) lengths.push((result as Strip).bytes)
    yield Buffer.from(`${JSON.stringify(lengths)}\n`)
    for await (const { number, entries } of poster.parts()) {
      yield* entries.open(pathOf(number), { start: 0, end: lengths[number - 1] ?? 0 })
      progress(number, lengths.length)
    }
  },
}

export const gallery: Pack = { name: 'gallery', kinds: [kind], pieces: [strips], outputs: [picture] }
