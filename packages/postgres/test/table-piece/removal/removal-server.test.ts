import assert from 'node:assert/strict'
import { fromPg } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { atlas, atlasPack, atlasTables } from './atlas.js'
import { removalBehaviour } from './removal-behaviour.js'

const test = needsServer(suite('removal on a server'))
let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pool = new pg.Pool({ connectionString: scratch.url, max: 8 })
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})
removalBehaviour(test, () => fromPg(pool))
test('what a removal sets off runs on the search path of the host', async () => {
  const schema = 'path_of_host'
  for (const sql of [
    ...atlasTables(schema, 'none'),
    `CREATE TABLE ${schema}.bin (id uuid)`,
    `CREATE FUNCTION ${schema}.keep() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN INSERT INTO bin VALUES (OLD.id); RETURN OLD; END $$`,
    `CREATE TRIGGER keep BEFORE DELETE ON ${schema}.notes FOR EACH ROW EXECUTE FUNCTION ${schema}.keep()`,
  ])
    await pool.query(sql)
  const hosts = new pg.Pool({ connectionString: scratch.url, options: `-c search_path=${schema}` })
  const db = fromPg(hosts)
  const id = await atlas(db, schema)
  const piece = atlasPack(schema, async () => {}).pieces?.find(({ name }) => name === 'atlas/photos')
  const resources = [{ kind: 'project', id }]
  await db.transaction(async (tx) =>
    piece?.remover?.remove({ resources, table: 'projects', tablesAbove: [], tx, finding: () => {} }),
  )
  const { rows } = await pool.query(`SELECT count(*)::int AS count FROM ${schema}.bin`)
  assert.deepEqual(rows, [{ count: 5 }])
  await hosts.end()
})

test.run()
