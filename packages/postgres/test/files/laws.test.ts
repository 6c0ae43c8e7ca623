import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderFiles } from '@piecework/core'
import { fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { fileStoreLaws, pieceLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import { albumKind, albumPiece, albumTable } from '../table-piece/albums.js'
import { contentOf, type Folder, folder, photos, photoTables, samplePhotos } from './photos.js'

const test = needsServer(suite('files beside rows: laws'))
let scratch: ScratchDatabase
let pool: pg.Pool
let files: Folder
test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  for (const sql of [albumTable, photoTables]) await pool.query(sql)
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
  for (const one of [...folders, files.root]) await rm(one, { recursive: true })
})

files = await folder()
const { copy: _, ...withoutCopy } = files.store
for (const store of [files.store, withoutCopy])
  pieceLaws(test, {
    piece: albumPiece([photos({ store })], {
      name: `album/photos-${store === files.store ? 'copied' : 'read'}`,
    }),
    kind: albumKind,
    database: () => fromPg(pool),
    sample: async (db) => {
      const id = randomUUID()
      await db.query('INSERT INTO albums VALUES ($1, $2)', [id, 'Album'])
      await samplePhotos(db, files, id)
      return { resource: { kind: 'album', id } }
    },
    content: ({ id }, db) => contentOf(db, files, id),
    fileKeys: () => files.keys(),
  })

const folders: string[] = []
fileStoreLaws(test, {
  make: async () => {
    const root = await mkdtemp(join(tmpdir(), 'piecework-files-'))
    folders.push(root)
    return folderFiles(root)
  },
})
test.run()
