import type { ExportContext, Output, Piece } from '@piecework/core/piece'

/** An album of this name has sheets, which parts render; the third one has no end when it is first rendered. */
export const sheetsAlbum = 'Has sheets'
export const sheetCount = 6

export const sheetBytes = (number: number): Buffer => Buffer.alloc(40_000 + number, number)
export const sheetPath = (number: number): string => `sheets/${number}.bin`

/** For people: each part writes a sheet, as it is, from what was planned for all. `onSheet`: when it is written. */
export const sheets = (onSheet: (context: ExportContext) => Promise<void>): Piece => ({
  contract: 1,
  name: 'album/sheets',
  of: 'album',
  version: 1,
  exportOnly: true,
  applies: async ({ resource, db }) => (await nameOf(resource.id, db)) === sheetsAlbum,
  exporter: {
    parts: async ({ resource, tx }) => ({
      plan: { title: await nameOf(resource.id, tx) },
      parts: Array.from({ length: sheetCount }, (_, at) => ({ range: { from: at } })),
    }),
    export: async (context) => {
      const { part, plan, write } = context
      if (!part) throw new Error('Sheets are rendered by parts.')
      await write(sheetPath(part.number), sheetBytes(part.number), { stored: true })
      await onSheet(context)
      return { rows: 0, result: { title: (plan as { title: string }).title, pid: process.pid } }
    },
  },
})

type Names = { query(sql: string, values: readonly unknown[]): Promise<{ readonly rows: readonly object[] }> }

async function nameOf(id: string, db: Names): Promise<string | undefined> {
  const { rows } = await db.query('SELECT name FROM albums WHERE id = $1', [id])
  return (rows[0] as { name: string } | undefined)?.name
}

/** What each part has returned, then the halves of all sheets, by ranges. */
export const bound: Output = {
  name: 'albums/bound',
  mediaType: 'application/octet-stream',
  pieces: ['album/sheets'],
  fileName: () => 'bound.bin',
  assemble: async function* ({ pieces: [one] }) {
    if (!one) return
    const titles = new Set<string>()
    for await (const { result } of one.parts()) titles.add((result as { title: string }).title)
    yield Buffer.from(`${[...titles]}\n`)
    for await (const { number, entries } of one.parts()) {
      const { length } = sheetBytes(number)
      yield* entries.open(sheetPath(number), { start: 0, end: 20_000 })
      yield* entries.open(sheetPath(number), { start: 20_000, end: length })
    }
  },
}
