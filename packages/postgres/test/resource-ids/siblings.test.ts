import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Pack, ResourceKind } from '@piecework/core'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { ann, serverWorld, type World, withHost } from './support.js'

const test = needsServer(suite('ids of resources: siblings'))

const tables = `
CREATE TABLE sites (id uuid PRIMARY KEY, name text);
CREATE TABLE plans (id serial PRIMARY KEY, site_id uuid NOT NULL REFERENCES sites ON DELETE CASCADE, name text, doc jsonb, peers int[], note text)`

const site: ResourceKind = {
  kind: 'site',
  table: 'sites',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM sites WHERE id = $1', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO sites VALUES ($1, $2) ON CONFLICT DO NOTHING', [ref.id, name ?? ''])),
    ready: async () => {},
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM sites WHERE id = $1', [id])),
  },
}
const plan: ResourceKind = {
  kind: 'plan',
  table: 'plans',
  key: { sequence: 'public.plans_id_seq' },
  parent: 'site',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM plans WHERE id = $1', [id])).rows[0],
  parentOf: async ({ id }, db) => {
    const { rows } = await db.query<{ id: string }>('SELECT site_id AS id FROM plans WHERE id = $1', [id])
    return rows[0] && { kind: 'site', id: rows[0].id }
  },
  listUnder: async ({ id }, db) =>
    (await db.query<{ id: string }>('SELECT id FROM plans WHERE site_id = $1 ORDER BY id', [id])).rows.map(
      (row) => ({ kind: 'plan', id: row.id }),
    ),
  shell: {
    create: async ({ ref, parent, name }, tx) =>
      void (await tx.query(
        'INSERT INTO plans (id, site_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [ref.id, parent?.id, name ?? ''],
      )),
    ready: async () => {},
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM plans WHERE id = $1', [id])),
  },
}
const peer = { table: 'plans', of: 'plan' }
const pack: Pack = {
  name: 'sites',
  kinds: [site, plan],
  pieces: [
    tablePiece({
      name: 'plan/own',
      of: 'plan',
      version: 1,
      tables: [
        {
          table: 'plans',
          owner: 'id',
          order: ['name'],
          keepShellValue: ['name'],
          ignore: ['site_id'],
          references: { peers: peer },
          json: { doc: [{ path: 'peers[*]', ...peer }] },
          text: { note: [{ pattern: '/plans/{}', ...peer }] },
        },
      ],
    }),
  ],
}

let world: World
test.before(async () => {
  world = await serverWorld(tables)
})
test.after(() => world.close())

test('compare: ids of siblings in documents, arrays and texts are no difference, and another sibling is one', () =>
  withHost(world, pack, async (piecework) => {
    const id = randomUUID()
    await world.query(`INSERT INTO sites VALUES ($1, 's')`, [id])
    await world.query(`INSERT INTO plans (site_id, name) SELECT $1, 'p' || g FROM generate_series(1, 3) g`, [
      id,
    ])
    await world.query(
      `UPDATE plans p SET peers = o.ids, doc = jsonb_build_object('peers', o.ids, 'n', 7), note = 'see /plans/' || o.ids[1]
       FROM (SELECT p.id, array_agg(x.id ORDER BY x.name) AS ids FROM plans p JOIN plans x ON x.site_id = p.site_id AND x.id <> p.id GROUP BY 1) o WHERE o.id = p.id`,
    )
    const look = (of: string) =>
      world.query(
        `SELECT p.name, (SELECT array_agg(x.name ORDER BY u.n) FROM unnest(p.peers) WITH ORDINALITY u(id, n) JOIN plans x ON x.id = u.id AND x.site_id = p.site_id) AS peers,
           p.doc -> 'peers' = to_jsonb(p.peers) AS doc, p.note = 'see /plans/' || p.peers[1] AS note FROM plans p WHERE p.site_id = $1 ORDER BY p.name`,
        [of],
      )
    const expected = await look(id)
    assert.deepEqual(expected[0], { name: 'p1', peers: ['p2', 'p3'], doc: true, note: true })
    const { job } = await (await piecework.clone({ resource: { kind: 'site', id }, principal: ann })).ended()
    assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
    const copy = job.result.resource ?? assert.fail()
    assert.deepEqual(await look(copy.id), expected)
    const equal = async () =>
      (
        await piecework.diff(
          { resource: { kind: 'site', id }, principal: ann },
          { resource: copy, principal: ann },
        )
      ).equal
    assert.ok(await equal())
    for (const change of [
      `doc = jsonb_set(doc, '{peers,0}', to_jsonb(id))`,
      'peers = peers[2:2] || peers[1:1]',
      `note = 'see /plans/' || id`,
    ]) {
      const before = await world.query(
        'SELECT doc, peers, note FROM plans WHERE site_id = $1 AND name = $2',
        [copy.id, 'p1'],
      )
      await world.query(`UPDATE plans SET ${change} WHERE site_id = $1 AND name = 'p1'`, [copy.id])
      assert.ok(!(await equal()), change)
      const [{ doc, peers, note } = {}] = before
      await world.query(
        `UPDATE plans SET doc = $2::jsonb, peers = $3::int[], note = $4 WHERE site_id = $1 AND name = 'p1'`,
        [copy.id, JSON.stringify(doc), peers, note],
      )
    }
    assert.ok(await equal())
  }))

test.run()
