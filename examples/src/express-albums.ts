// The smallest server, albums of photos on Express: PORT=3000 DATABASE_URL=postgres://… node express-albums.js
import { createPiecework, fileArtifacts, type ResourceKind } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { fromPg, migrate, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import express, { type Request } from 'express'
import pg from 'pg'

const { DATABASE_URL: connectionString, PORT = '3000', FILES = 'build/express-albums' } = process.env
const pool = connectionString && new pg.Pool({ connectionString }).on('error', console.error)
const database = pool ? fromPg(pool) : await embedded()
const store = postgresStore({ database })
await store.migrate()
const birds = 'aaaaaaaa-0000-4000-8000-000000000001'
const sql = `CREATE TABLE albums (id uuid PRIMARY KEY, name text, ready boolean DEFAULT true);
CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), caption text,
  album_id uuid REFERENCES albums ON DELETE CASCADE);
INSERT INTO albums VALUES ('${birds}', 'Birds');
INSERT INTO photos (album_id, caption) SELECT id, unnest(ARRAY['wren', 'owl']) FROM albums`
await migrate(database, [{ name: 'albums/0001-albums', sql }])
const album: ResourceKind = {
  kind: 'album',
  table: 'albums',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM albums WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO albums VALUES ($1, $2, false)', [ref.id, name])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE albums SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM albums WHERE id = $1', [id])),
  },
}
const tables = [{ table: 'photos', owner: 'album_id', order: ['caption'] }]
const photos = tablePiece({ name: 'album/photos', of: 'album', version: 1, tables })
const packs = [{ name: 'albums', kinds: [album], pieces: [photos] }]
const piecework = createPiecework({ packs, store, artifacts: fileArtifacts(FILES), runtime: inProcess() })
await piecework.start()

const publicUrl = `http://127.0.0.1:${PORT}`
// The token of a demo: a real host verifies one, and gives Piecework a policy that says who may do what.
const principal = ({ headers }: Request) => headers.authorization === 'Bearer ann' && { id: 'ann' }
const http = pieceworkHttp({ piecework, basePath: '/api', paths: { album: 'albums' }, publicUrl, principal })
const app = express().use('/api', http.node)
app.get('/albums', async (_req, res) => {
  const captions = 'ARRAY(SELECT caption FROM photos WHERE album_id = a.id ORDER BY caption)'
  res.json((await database.query(`SELECT id, name, ${captions} AS photos FROM albums a WHERE ready`)).rows)
})
const server = app.listen(Number(PORT), '127.0.0.1', (error) => {
  if (error) throw error
  console.log(
    `${publicUrl}/albums; curl -X POST -H 'Authorization: Bearer ann' ${publicUrl}/api/albums/${birds}/export`,
  )
})
const stop = () => {
  http.stop()
  server.close(() => piecework.stop().then(() => process.exit()))
}
process.once('SIGINT', stop).once('SIGTERM', stop)
