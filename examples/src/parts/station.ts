import { randomUUID } from 'node:crypto'
import type { Pack, ResourceKind } from '@piecework/core'
import type { ImportPartPlan, Piece } from '@piecework/core/piece'

/** Temperatures by station. */
const readings = new Map<string, string[]>()

const kind: ResourceKind = {
  kind: 'station',
  table: 'stations',
  describe: async ({ id }) => (readings.has(id) ? { name: 'North pier' } : undefined),
  shell: {
    create: async ({ ref }) => void readings.set(ref.id, []),
    ready: async () => {},
    remove: async ({ id }) => void readings.delete(id),
  },
}

/** Of the piece, and not of the machine: then equal content has equal archives. */
const rowsOfPart = 1000
const entry = 'readings.csv'

interface Range {
  readonly from: number
  /** Absent: to the end, whatever has been added since. */
  readonly to?: number
}

interface Share {
  /** Of the archive's parts. Absent: all of them. */
  readonly number?: number
  /** Rows before it. Parts run side by side, in any order. */
  readonly from: number
}

const piece: Piece = {
  contract: 1,
  name: 'station/readings',
  of: 'station',
  version: 1,
  exporter: {
    parts: async ({ resource }) => {
      const rows = readings.get(resource.id)?.length ?? 0
      const parts = Math.ceil(rows / rowsOfPart)
      if (parts < 2) return []
      return Array.from({ length: parts }, (_, at): { range: Range } => {
        const from = at * rowsOfPart
        return { range: at < parts - 1 ? { from, to: from + rowsOfPart } : { from } }
      })
    },
    export: async ({ resource, part, write }) => {
      const { from, to } = (part?.range as Range | undefined) ?? { from: 0 }
      const rows = readings.get(resource.id)?.slice(from, to) ?? []
      await write(entry, Buffer.from(`celsius\n${rows.map((row) => `${row}\n`).join('')}`), () => rows.length)
      return { rows: rows.length }
    },
  },
  importer: {
    parts: {
      steps: (entries) => ((entries.facts(entry)?.parts ?? 1) > 1 && entries.part ? 1 : 0),
      plan: async ({ entries }) => {
        let from = 0
        return Array.from({ length: entries.facts(entry)?.parts ?? 0 }, (_, at): ImportPartPlan => {
          const rows = entries.part?.(entry, at + 1).facts(entry)?.rows ?? 0
          const range: Share = { number: at + 1, from }
          from += rows
          return { range, rows }
        })
      },
    },
    import: async ({ resource, entries, part }) => {
      const { number, from } = (part?.range as Share | undefined) ?? { from: 0 }
      const source = number === undefined ? entries : entries.part?.(entry, number)
      const written = readings.get(resource.id) ?? []
      let rows = 0
      for await (const batch of source?.rows(entry) ?? [])
        for (const { celsius } of batch) written[from + rows++] = celsius ?? ''
      return { rows }
    },
  },
}

export const weather: Pack = { name: 'weather', kinds: [kind], pieces: [piece] }

/** A station with as many readings. */
export function station(rows: number) {
  const id = randomUUID()
  readings.set(
    id,
    Array.from({ length: rows }, (_, at) => String(at % 30)),
  )
  return { kind: 'station', id }
}
