// A host with two tables of its own and one piece of its own: albums of photos.
import { createPiecework, fileArtifacts, type ResourceKind } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'

const database = await embedded()
const store = postgresStore({ database })
await store.migrate()
await database.query('CREATE TABLE albums (id uuid PRIMARY KEY, name text, ready boolean DEFAULT true)')
await database.query(`CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), caption text,
  album_id uuid REFERENCES albums ON DELETE CASCADE)`)

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
const photos = tablePiece({
  name: 'album/photos',
  of: 'album',
  version: 1,
  tables: [{ table: 'photos', owner: 'album_id', order: ['caption'] }],
})

export const piecework = createPiecework({
  packs: [{ name: 'albums', kinds: [album], pieces: [photos] }],
  store,
  artifacts: fileArtifacts('build/albums'),
  runtime: inProcess(),
})
export { database }
