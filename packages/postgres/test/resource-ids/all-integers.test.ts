import assert from 'node:assert/strict'
import type { Pack, ResourceKind } from '@piecework/core'
import { checkTables, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { ann, embeddedWorld, serverWorld, succeeded, type World, withHost } from './support.js'

/** As frameworks make them: every key is an integer of a sequence of its own, resources or not. */
const tables = `
CREATE TABLE sites (id serial PRIMARY KEY, name text, ready boolean NOT NULL DEFAULT true, front_id int);
CREATE TABLE pages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, site_id int NOT NULL REFERENCES sites ON DELETE CASCADE,
  parent_id bigint REFERENCES pages, settings jsonb);
ALTER TABLE sites ADD FOREIGN KEY (front_id) REFERENCES sites;
CREATE TABLE forms (id smallserial PRIMARY KEY, name text, ready boolean NOT NULL DEFAULT true, site_id int NOT NULL REFERENCES sites ON DELETE CASCADE);
CREATE TABLE fields (id serial PRIMARY KEY, label text, form_id smallint NOT NULL REFERENCES forms ON DELETE CASCADE,
  page_id bigint REFERENCES pages, site_id int NOT NULL REFERENCES sites)`

const kind = (own: string, table: string): ResourceKind => ({
  kind: own,
  table,
  key: { sequence: `public.${table}_id_seq` },
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>(`SELECT name FROM ${table} WHERE id = $1 AND ready`, [id])).rows[0],
  shell: {
    create: async ({ ref, parent, name }, tx) => {
      await tx.query(
        `INSERT INTO ${table} (id, name, ready${parent ? ', site_id' : ''}) VALUES ($1, $2, false${parent ? ', $3' : ''}) ON CONFLICT (id) DO NOTHING`,
        [ref.id, name ?? '', ...(parent ? [parent.id] : [])],
      )
    },
    ready: async ({ id }, tx) => {
      await tx.query(`UPDATE ${table} SET ready = true WHERE id = $1`, [id])
    },
    remove: async ({ id }, tx) => {
      await tx.query(`DELETE FROM ${table} WHERE id = $1`, [id])
    },
  },
})

const form: ResourceKind = {
  ...kind('form', 'forms'),
  parent: 'site',
  parentOf: async ({ id }, db) => {
    const { rows } = await db.query<{ id: string }>('SELECT site_id::text AS id FROM forms WHERE id = $1', [
      id,
    ])
    return rows[0] && { kind: 'site', id: rows[0].id }
  },
  listUnder: async ({ id }, db) => {
    const { rows } = await db.query<{ id: string }>(
      'SELECT id::text FROM forms WHERE site_id = $1 AND ready ORDER BY name',
      [id],
    )
    return rows.map((row) => ({ kind: 'form', id: row.id }))
  },
}

const pack: Pack = {
  name: 'sites',
  kinds: [kind('site', 'sites'), form],
  pieces: [
    tablePiece({
      name: 'site/own',
      of: 'site',
      version: 1,
      tables: [
        {
          table: 'sites',
          owner: 'id',
          order: ['name'],
          keepShellValue: ['name'],
          ignore: ['ready'],
          references: { front_id: { table: 'sites', of: 'site' } },
        },
        {
          table: 'pages',
          owner: 'site_id',
          order: ['title'],
          references: { parent_id: 'pages' },
          json: {
            settings: [
              { path: 'site', table: 'sites' },
              { path: 'page', table: 'pages' },
            ],
          },
        },
      ],
    }),
    tablePiece({
      name: 'form/own',
      of: 'form',
      version: 1,
      after: ['site/own'],
      tables: [
        {
          table: 'forms',
          owner: 'id',
          order: ['name'],
          keepShellValue: ['name'],
          ignore: ['ready', 'site_id'],
        },
        {
          table: 'fields',
          owner: 'form_id',
          order: ['label'],
          references: { page_id: { table: 'pages', of: 'site' }, site_id: { table: 'sites', of: 'site' } },
        },
      ],
    }),
  ],
}

async function sampleSite(world: World): Promise<string> {
  const [site] = await world.query<{ id: string }>(
    `WITH s AS (INSERT INTO sites (name) VALUES ('Reef') RETURNING id) SELECT id::text FROM s`,
  )
  const id = site?.id ?? ''
  await world.query('UPDATE sites SET front_id = id WHERE id = $1', [id])
  // Keys with gaps, children before parents.
  await world.query(
    `INSERT INTO pages (title, site_id) SELECT 'page ' || n, $1 FROM generate_series(1, 9) n`,
    [id],
  )
  await world.query(`DELETE FROM pages WHERE site_id = $1 AND title IN ('page 3', 'page 6')`, [id])
  await world.query(
    `UPDATE pages p SET parent_id = q.id, settings = jsonb_build_object('site', p.site_id::text, 'page', q.id)
     FROM pages q WHERE p.site_id = $1 AND q.site_id = $1 AND q.title = 'page 9' AND p.title < 'page 5'`,
    [id],
  )
  for (const name of ['Ask', 'Book']) {
    await world.query(
      `WITH f AS (INSERT INTO forms (name, site_id) VALUES ($1, $2) RETURNING id)
       INSERT INTO fields (label, form_id, page_id, site_id)
       SELECT $1 || ' ' || p.title, f.id, p.id, $2 FROM f, pages p WHERE p.site_id = $2 AND p.title < 'page 3'`,
      [name, id],
    )
  }
  return id
}

async function contentOf(world: World, site: string): Promise<unknown> {
  const [row] = await world.query<{ content: unknown }>(
    `SELECT jsonb_build_array(s.front_id = s.id,
       (SELECT jsonb_agg(jsonb_build_array(p.title, q.title, q.site_id = s.id, p.settings ->> 'site' = s.id::text, p.settings ->> 'page' = q.id::text) ORDER BY p.title)
        FROM pages p LEFT JOIN pages q ON q.id = p.parent_id WHERE p.site_id = s.id),
       (SELECT jsonb_agg(jsonb_build_array(f.name, f.ready, (SELECT jsonb_agg(jsonb_build_array(d.label, d.site_id = s.id, p.title, p.site_id = s.id) ORDER BY label)
          FROM fields d LEFT JOIN pages p ON p.id = d.page_id WHERE d.form_id = f.id)) ORDER BY f.name)
        FROM forms f WHERE f.site_id = s.id)) AS content
     FROM sites s WHERE s.id = $1`,
    [site],
  )
  return row?.content
}

for (const [where, open, test] of [
  ['server', serverWorld, needsServer(suite('integers for every key: server'))],
  ['embedded', embeddedWorld, suite('integers for every key: embedded')],
] as const) {
  let world: World
  test.before(async () => {
    world = await open(tables)
  })
  test.after(() => world.close())

  test(`new ids: resources and rows of one tree have numbers of their sequences (${where})`, async () => {
    await checkTables(world.database, pack.pieces ?? [])
    await sampleSite(world)
    const id = await sampleSite(world)
    const before = await contentOf(world, id)
    const resource = { kind: 'site', id }
    await withHost(world, pack, async (piecework) => {
      const exported = await succeeded(piecework.export({ resource, principal: ann }))
      const { archive } = exported.job.result
      assert.ok(archive)
      await succeeded(piecework.validate({ archive, principal: ann }))
      const made = [
        await succeeded(piecework.clone({ resource, principal: ann, name: 'Reef' })),
        await succeeded(piecework.import({ archive, principal: ann })),
      ]
      for (const { job } of made) {
        const copy = job.result.resource ?? assert.fail()
        assert.deepEqual(await contentOf(world, copy.id), before)
        const diff = await piecework.diff({ resource, principal: ann }, { resource: copy, principal: ann })
        assert.ok(diff.equal, JSON.stringify(diff))
      }
      assert.deepEqual(await contentOf(world, id), before)
      // The host's next rows.
      const next = await sampleSite(world)
      assert.deepEqual(await contentOf(world, next), before)
    })
  })
  test.run()
}
