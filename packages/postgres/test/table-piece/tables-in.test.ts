import assert from 'node:assert/strict'
import type { Queryable } from '@piecework/core/piece'
import { type TablePieceSpec, tablePiece } from '@piecework/postgres'
import { suite } from 'uvu'
import { tablesIn, tablesOfNode } from '#internal/table-piece/tables-in.js'
import { scratchEmbedded } from '../scratch-embedded.js'

const test = suite('table pieces: how often the catalogue is read')

const spec = (name: string, table: string): TablePieceSpec => ({
  name,
  of: 'album',
  version: 1,
  tables: [{ table, owner: 'album_id', order: ['n'] }],
})

test('a node reads it unless another one of its job, of whatever piece, has just done so; a repeated one reads it', async () => {
  const db = await scratchEmbedded()
  try {
    await db.query('CREATE TABLE albums (id uuid PRIMARY KEY)')
    await db.query('CREATE TABLE photos (id uuid PRIMARY KEY, album_id uuid REFERENCES albums, n int)')
    await db.query('CREATE TABLE songs (id uuid PRIMARY KEY, album_id uuid REFERENCES albums, n int)')
    const { counted, reads } = counting(db)
    const [piece, sibling] = [spec('album/photos', 'photos'), spec('album/songs', 'songs')]
    const pieces = [tablePiece(piece), tablePiece(sibling)]
    for (const one of pieces) one.registered?.(pieces)
    const node = (job: string, id: number, of = piece) =>
      reads(() =>
        tablesOfNode(counted, of, { work: 'import', job, resource: { kind: 'album', id: String(id) } }),
      )
    // On a busy machine a moment may pass before the next node asks.
    let shared: readonly number[] = []
    for (let id = 0; id < 80 && !(shared.length > 0 && shared.every((count) => count === 0)); id += 2) {
      await node('one', id)
      shared = [await node('one', id + 1), await node('one', id, sibling)]
    }
    assert.deepEqual(shared, [0, 0])
    assert.ok((await node('one', 1)) > 0)
    assert.ok((await node('one', 1)) > 0)
    assert.ok((await node('two', 2)) > 0)
    const validating = { work: 'validate', job: 'two', resource: undefined } as const
    assert.ok((await reads(() => tablesOfNode(counted, piece, validating))) > 0)
    const foreign = spec('album/photos', 'photos')
    assert.ok((await node('two', 3, foreign)) > 0, 'a piece of another host has read nothing')
    const [plan] = await tablesOfNode(db, sibling, { work: 'export', job: 'two', resource: undefined })
    assert.equal(plan?.table.name, 'songs')
    const exporting = (from: Queryable, job: string, id: string) =>
      tablesOfNode(from, piece, { work: 'export', job, resource: { kind: 'album', id } })
    const alone = await reads(() => exporting(counted, 'three', 'a'))
    const atOnce = await reads(() => Promise.all(['a', 'b', 'c'].map((id) => exporting(counted, 'four', id))))
    assert.equal(atOnce, alone)
    const lost = { query: () => Promise.reject(new Error('The connection is lost.')) }
    const both = await Promise.allSettled([exporting(lost, 'five', 'a'), exporting(counted, 'five', 'b')])
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    )
    await db.transaction(async (tx) => {
      const inside = counting(tx)
      const again = () =>
        inside.reads(() => tablesIn(tx, piece, () => tablesOfNode(inside.counted, piece, other)))
      const other = { work: 'clone', job: 'three', resource: undefined } as const
      assert.ok((await again()) > 0)
      assert.equal(await again(), 0)
    })
  } finally {
    await db.close()
  }
})

function counting(db: Queryable) {
  let count = 0
  const counted: Queryable = {
    query: (sql, values) => {
      count++
      return db.query(sql, values)
    },
  }
  const reads = async (read: () => Promise<unknown>): Promise<number> => {
    const before = count
    await read()
    return count - before
  }
  return { counted, reads }
}

test.run()
