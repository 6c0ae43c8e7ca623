import { createPiecework, memoryArtifacts, type ResourceKind } from '@piecework/core'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import type pg from 'pg'
import type { Closers } from './closers.js'
import { csvRowsOf } from './csv-rows-of.js'
import { filesOf, keysBut } from './files-of.js'
import type { Files } from './mutants.js'
import { scratchPool } from './scratch-pool.js'
import { principal, type Subject } from './subject.js'

const source = '00000000-0000-4000-8000-000000000001'

/** Albums of photos on PostgreSQL, with values of many types and references to each other. */
export async function albumsSubject(url: string, closers: Closers): Promise<Subject> {
  const pool = await scratchPool(url, 4, closers)
  const database = fromPg(pool)
  const store = postgresStore({ database })
  await store.migrate()
  await pool.query(schema)
  const artifacts = memoryArtifacts()
  const piecework = createPiecework({
    packs: [{ name: 'albums', kinds: [album], pieces: [photos] }],
    store,
    artifacts,
    runtime: inProcess(),
    maxAttempts: 1,
    backoffMs: 0,
  })
  await piecework.start()
  closers.add(() => piecework.stop())
  const { archive } = await (
    await piecework.export({ resource: { kind: 'album', id: source }, principal })
  ).result()
  if (!archive) throw new Error('Nothing was exported.')
  const files = await filesOf(artifacts, archive.artifact)
  const rowsElsewhere = async () => {
    const { rows } = await pool.query(
      `SELECT 'album ' || id AS what FROM albums WHERE id <> $1 UNION ALL SELECT 'photo ' || id FROM photos WHERE album_id IS DISTINCT FROM $1
       UNION ALL SELECT 'tag of ' || photo_id FROM tags WHERE photo_id NOT IN (SELECT id FROM photos WHERE album_id = $1) LIMIT 10`,
      [source],
    )
    await pool.query('DELETE FROM albums WHERE id <> $1', [source])
    return rows.map(({ what }) => String(what))
  }
  return {
    piecework,
    files,
    differences: async ({ bytes, files }, { job, findings }) => {
      const resource = job.result.resource
      if (!resource) return ['nothing was made']
      await artifacts.put(
        'compared.zip',
        (async function* () {
          yield bytes
        })(),
      )
      try {
        const diff = await piecework.diff({ artifact: 'compared.zip' }, { resource, principal })
        const entries = diff.resources.flatMap(({ pieces }) => pieces.flatMap((piece) => piece.entries))
        const differing = entries.filter(({ equal }) => !equal).map(({ path }) => path)
        // What leads to no row is left out and told, with a count.
        if (diff.equal || findings.length > 0) return []
        if (differing.join() === 'photos.csv' && (await sameValues(pool, files, resource.id))) return []
        return [`differs: ${JSON.stringify(diff.resources).slice(0, 500)}`]
      } finally {
        await artifacts.delete('compared.zip')
        await pool.query('DELETE FROM albums WHERE id = $1', [resource.id])
      }
    },
    leftovers: async () => {
      const left = await rowsElsewhere()
      return [...left, ...(await keysBut(artifacts, archive.artifact))]
    },
  }
}

const types = {
  caption: 'text',
  n: 'numeric(8,2)',
  f: 'float8',
  doc: 'jsonb',
  at: 'timestamptz',
  bytes: 'bytea',
  flags: 'boolean[]',
}

/** Whether the photos have the values of the file, which may be spelled as PostgreSQL does not print them. */
async function sameValues(pool: pg.Pool, files: Files, album: string): Promise<boolean> {
  const parts = files.filter(({ path }) => /\/photos\/\d+\.csv$/.test(path))
  const rows = parts.flatMap(({ bytes }) => csvRowsOf(String(bytes)))
  const same = Object.entries(types).map(
    ([name, type]) => `format('%s', p.${name}) = format('%s', (r.v ->> '${name}')::${type})`,
  )
  const { rows: found } = await pool.query(
    `SELECT count(*)::int AS count FROM jsonb_array_elements($1) r(v) JOIN photos p ON p.album_id = $2 AND p.place = (r.v ->> 'place')::int
     WHERE ${same.join(' AND ')} AND (p.up IS NULL) = (r.v ->> 'up' IS NULL)`,
    [JSON.stringify(rows), album],
  )
  return found[0]?.count === rows.length && rows.length > 0
}

const schema = `
  CREATE TABLE albums (id uuid PRIMARY KEY, name text, ready boolean NOT NULL);
  CREATE TABLE photos (id uuid PRIMARY KEY, album_id uuid NOT NULL REFERENCES albums ON DELETE CASCADE, place int NOT NULL, caption text, up uuid REFERENCES photos,
    n numeric(8,2), f float8, doc jsonb, at timestamptz, bytes bytea, flags boolean[], UNIQUE (album_id, place));
  CREATE TABLE tags (photo_id uuid REFERENCES photos ON DELETE CASCADE, tag varchar(10), PRIMARY KEY (photo_id, tag));
  INSERT INTO albums VALUES ('${source}', 'Album', true);
  INSERT INTO photos SELECT md5(i::text)::uuid, '${source}', i, 'caption ' || i, CASE WHEN i > 1 THEN md5((i / 2)::text)::uuid END, i * 1.25, i / 3.0,
    jsonb_build_object('a', i, 'b', jsonb_build_array(i, null)), '2024-01-01T00:00:00Z'::timestamptz + i * interval '1 day', decode(md5(i::text), 'hex'), ARRAY[true, NULL, false]
    FROM generate_series(1, 12) i;
  INSERT INTO tags SELECT id, 'tag ' || place FROM photos`

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
  // Photos are exported in parts and imported whole, because they lead to each other; tags come in in parts, too.
  partRows: 5,
  tables: [
    { table: 'photos', owner: 'album_id', order: ['place'], references: { up: 'photos' } },
    {
      table: 'tags',
      owner: 'photo_id.album_id',
      order: ['photo_id', 'tag'],
      references: { photo_id: 'photos' },
    },
  ],
})
