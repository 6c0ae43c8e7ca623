import { setTimeout as sleep } from 'node:timers/promises'
import type { Pack, ResourceKind } from '@piecework/core'
import type { ExportContext, Piece } from '@piecework/core/piece'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import pg from 'pg'
import { bound, sheets } from './sheets.js'

/** An album has rows in this many tables, each a piece: three batches in an import. */
export const tables = Array.from({ length: 9 }, (_, index) => `photos_${index}`)
export const rowsPerTable = 20

/** Every third table has numbers of a sequence as its keys, which nodes of their own reserve. */
const isNumbered = (index: number): boolean => index % 3 === 0

/** The table to whose rows, of the same caption, those of a numbered table refer. */
export const beforeOf = (index: number): string | undefined =>
  isNumbered(index) ? tables[index - 3] : undefined

/** This one is exported in parts of so many rows. */
export const parted = { piece: 'album/photos-1', rows: 5 } as const

/** How long a piece takes at least, so that there is a middle to be killed in. */
const pieceMs = 100

export async function makeAlbumTables(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  try {
    await postgresStore({ database: fromPg(pool) }).migrate()
    await pool.query('CREATE TABLE knocks (key text, text text, attempt int, pid int)')
    await pool.query('CREATE TABLE albums (id uuid PRIMARY KEY, name text, ready boolean NOT NULL)')
    for (const table of tables) {
      const index = tables.indexOf(table)
      const before = beforeOf(index)
      const key = isNumbered(index) ? 'int GENERATED ALWAYS AS IDENTITY' : 'uuid DEFAULT gen_random_uuid()'
      await pool.query(`CREATE TABLE ${table} (id ${key} PRIMARY KEY, caption text NOT NULL,
        album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE${before ? `, before_id int NOT NULL REFERENCES ${before} ON DELETE CASCADE` : ''})`)
    }
  } finally {
    await pool.end()
  }
}

export async function makeAlbum(pool: pg.Pool, id: string, name = 'Birds'): Promise<void> {
  await pool.query('INSERT INTO albums VALUES ($1, $2, true)', [id, name])
  for (const [index, table] of tables.entries()) {
    const before = beforeOf(index)
    await pool.query(
      before
        ? `INSERT INTO ${table} (album_id, caption, before_id) SELECT album_id, caption, id FROM ${before} WHERE album_id = $1`
        : `INSERT INTO ${table} (album_id, caption) SELECT $1, 'photo ' || n FROM generate_series(1, ${rowsPerTable}) n`,
      [id],
    )
  }
}

const album: ResourceKind = {
  kind: 'album',
  table: 'albums',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM albums WHERE id = $1', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO albums VALUES ($1, $2, false) ON CONFLICT DO NOTHING', [
        ref.id,
        name ?? 'Copy',
      ])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE albums SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM albums WHERE id = $1', [id])),
  },
}

const nameOf = (index: number): string => `album/photos-${index}`

/** Called after the rows of a part. */
export type OnPart = (context: ExportContext) => Promise<void>

export const albums = (onPart: OnPart, onSheet: OnPart): Pack => ({
  name: 'albums',
  kinds: [album],
  outputs: [bound],
  pieces: [...tables.map((table, index) => photos(onPart, table, index)), sheets(onSheet)],
})

const photos = (onPart: OnPart, table: string, index: number): Piece =>
  slow(
    onPart,
    tablePiece({
      name: nameOf(index),
      of: 'album',
      version: 1,
      ...(index >= 3 && { after: [nameOf(index - 3)] }),
      ...(nameOf(index) === parted.piece && { partRows: parted.rows }),
      tables: [
        {
          table,
          owner: 'album_id',
          order: ['caption'],
          ...(beforeOf(index) && { references: { before_id: beforeOf(index) ?? '' } }),
        },
      ],
    }),
  )

/** Takes its time inside its transaction, after its rows. */
function slow(onPart: OnPart, piece: Piece): Piece {
  const { exporter, importer, cloner } = piece
  const afterwards = async <T>(signal: AbortSignal, result: Promise<T>): Promise<T> => {
    const counts = await result
    await sleep(pieceMs, undefined, { signal })
    return counts
  }
  return {
    ...piece,
    ...(exporter && {
      exporter: {
        ...exporter,
        export: async (context) => {
          const counts = await afterwards(context.signal, exporter.export(context))
          if (context.part) await onPart(context)
          return counts
        },
      },
    }),
    ...(importer && {
      importer: { import: (context) => afterwards(context.signal, importer.import(context)) },
    }),
    ...(cloner && { cloner: { clone: (context) => afterwards(context.signal, cloner.clone(context)) } }),
  }
}
