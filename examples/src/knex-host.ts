// A host on knex, whose albums can be exported: node knex-host.js postgres://user@host/database
import { createPiecework, fileArtifacts } from '@piecework/core'
import type { ResourceKind } from '@piecework/core/piece'
import { fromKnex, postgresStore, tablePiece, toKnexMigrationSource } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import connect from 'knex'

const knex = connect({ client: 'pg', connection: process.argv[2] ?? process.env.DATABASE_URL ?? '' })
const tables = `CREATE TABLE albums (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
  CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), caption text, album_id uuid REFERENCES albums)`
const migrationSource = toKnexMigrationSource([{ name: 'albums/0001-tables', sql: tables }])
await knex.migrate.latest({ migrationSource })

const album: ResourceKind = {
  kind: 'album',
  table: 'albums',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM albums WHERE id = $1', [id])).rows[0],
}
const photos = tablePiece({
  name: 'album/photos',
  of: 'album',
  version: 1,
  tables: [{ table: 'photos', owner: 'album_id', order: ['caption'] }],
})
const store = postgresStore({ database: fromKnex(knex) })
await store.migrate()
const piecework = createPiecework({
  packs: [{ name: 'albums', kinds: [album], pieces: [photos] }],
  store,
  artifacts: fileArtifacts('build/knex-albums'),
  runtime: inProcess(),
})
await piecework.start()

// The album and the request to export it commit together, or neither does.
const job = await knex.transaction(async (trx) => {
  const [{ id }] = await trx('albums').insert({ name: 'Birds' }).returning('id')
  await trx('photos').insert([
    { album_id: id, caption: 'wren' },
    { album_id: id, caption: 'owl' },
  ])
  return piecework.using(fromKnex(trx)).export({ resource: { kind: 'album', id }, principal: { id: 'ann' } })
})
const { archive } = await job.result()
console.log(archive?.artifact, (await piecework.job(job.id)).counts.rows)
await piecework.stop()
await knex.destroy()
