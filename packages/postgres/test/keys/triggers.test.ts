import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import type { Piece, Queryable } from '@piecework/core/piece'
import type { SessionContext } from '@piecework/core/store'
import { fromPg, type TableSpec } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import {
  ann,
  cloneOf,
  resource,
  serverWorld,
  shelfPack,
  shelfPiece,
  type World,
  withHost,
} from './support.js'

const test = needsServer(suite('keys: triggers of the host'))
let world: World

// Nothing of a shelf goes with it: what is removed is removed by the pieces.
const tables = `
CREATE TABLE shelves (id uuid PRIMARY KEY, name text, ready boolean NOT NULL DEFAULT true);
CREATE TABLE cards (id serial PRIMARY KEY, shelf_id uuid NOT NULL, n int, before_id int);
CREATE TABLE slips (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, card_id int NOT NULL, n int)`

const cards: TableSpec = {
  table: 'cards',
  owner: 'shelf_id',
  order: ['n'],
  references: { before_id: 'cards' },
}
const slips: TableSpec = {
  table: 'slips',
  owner: 'card_id.shelf_id',
  order: ['card_id.n', 'n'],
  references: { card_id: 'cards' },
}

test.before(async () => {
  world = await serverWorld(tables)
  await world.query(`CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_ARGV[0] = 'drop' AND NEW.n = 2 THEN RETURN NULL; END IF;
    IF TG_ARGV[0] = 'rekey' THEN NEW.id := NEW.id + 1000000; END IF;
    IF TG_ARGV[0] = 'draw' THEN NEW.id := nextval('cards_id_seq'); END IF;
    IF TG_ARGV[0] = 'touch' THEN NEW.n := NEW.n + 10; END IF;
    IF TG_ARGV[0] = 'add' AND NEW.n < 10 THEN INSERT INTO public.cards (shelf_id, n) VALUES (NEW.shelf_id, NEW.n + 10); END IF;
    RETURN NEW; END $$`)
})
test.after(() => world.close())

async function shelf(): Promise<string> {
  const id = randomUUID()
  await world.query(`INSERT INTO shelves VALUES ($1, 'x')`, [id])
  await world.query('INSERT INTO cards (shelf_id, n) SELECT $1, n FROM generate_series(1, 3) n', [id])
  await world.query(
    'UPDATE cards c SET before_id = b.id FROM cards b WHERE b.shelf_id = $1 AND c.shelf_id = $1 AND b.n = c.n - 1',
    [id],
  )
  await world.query(
    'INSERT INTO slips (card_id, n) SELECT id, m FROM cards, generate_series(1, 2) m WHERE shelf_id = $1',
    [id],
  )
  return id
}

const counts = () =>
  world.query(
    'SELECT (SELECT count(*) FROM shelves) AS shelves, (SELECT count(*) FROM cards) AS cards, (SELECT count(*) FROM slips) AS slips',
  )

const pack = shelfPack(shelfPiece('cards', [cards, slips]))

for (const [what, told] of Object.entries({
  drop: 'counts-differ',
  rekey: 'counts-differ',
  draw: 'counts-differ',
  touch: [['table/rows-changed', 3, 'n']],
  add: [['table/rows-added', 3, undefined]],
})) {
  test(`honest counts: on a table with integer keys a trigger that would ${what} is told, or the job leaves nothing`, () =>
    withHost(world, pack, async (piecework) => {
      const source = await shelf()
      const { job } = await (await piecework.export({ resource: resource(source), principal: ann })).ended()
      const archive = job.result.archive ?? assert.fail(JSON.stringify(job.error))
      await world.query(
        `CREATE TRIGGER act BEFORE INSERT ON cards FOR EACH ROW EXECUTE FUNCTION act('${what}')`,
      )
      try {
        const before = await counts()
        // One after the other: what is counted after the first must not be what the second has begun.
        for (const [copy, otherwise] of [
          [() => piecework.import({ archive, principal: ann }), told],
          // While another database of the server has an old transaction open, whatever was written since may be a late row.
          [() => cloneOf(piecework, source), 'source-changed'],
        ] as const) {
          const { job, findings } = await (await copy()).ended()
          if (typeof told === 'string') {
            const codes: unknown[] = [told, otherwise]
            assert.ok(codes.includes(job.error?.code ?? ''), JSON.stringify([job.error, findings]))
            assert.deepEqual(await counts(), before)
          } else {
            assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
            assert.deepEqual(
              findings.map(({ code, count, column }) => [code, count, column]),
              told,
            )
          }
        }
      } finally {
        await world.query('DROP TRIGGER act ON cards')
      }
    }))
}

test('nothing half-made: what a failed clone has written with reserved keys is removed by the pieces', async () => {
  let written: unknown
  const fails: Piece = {
    contract: 1,
    name: 'shelf/fails',
    of: 'shelf',
    version: 1,
    after: ['shelf/cards'],
    exporter: { export: async () => ({ rows: 0 }) },
    importer: { import: async () => ({ rows: 0 }) },
    cloner: {
      clone: async ({ tx }) => {
        written = (await tx.query('SELECT count(*) FROM slips')).rows[0]
        throw Object.assign(new Error('It ends badly.'), { code: '22000' })
      },
    },
  }
  await withHost(world, { ...pack, pieces: [...(pack.pieces ?? []), fails] }, async (piecework) => {
    const source = await shelf()
    const before = await counts()
    const { job } = await (await cloneOf(piecework, source)).ended()
    assert.equal(job.outcome, 'failed')
    assert.deepEqual(Number((written as { count: string }).count), Number(before[0]?.slips) + 6)
    assert.deepEqual(await counts(), before)
  })
})

test('a role that may but use the sequences clones; no policy is satisfied by a session', async () => {
  const role = `keys_${randomBytes(4).toString('hex')}`
  const [at] = await world.query<{ host: string; port: string; name: string }>(
    'SELECT host(inet_server_addr()) AS host, inet_server_port()::text AS port, current_database() AS name',
  )
  const pool = new pg.Pool({ host: at?.host, port: Number(at?.port), database: at?.name, user: role, max: 4 })
  for (const sql of [
    `CREATE ROLE ${role} LOGIN`,
    ...['public', 'piecework'].flatMap((schema) => [
      `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
      `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`,
    ]),
  ])
    await world.query(sql)
  const asRole = { ...world, database: fromPg(pool) }
  try {
    await assert.rejects(
      asRole.database.query(`SELECT setval('cards_id_seq', 1000000)`),
      /permission denied for sequence cards_id_seq/,
    )
    const source = await shelf()
    await withHost(asRole, pack, async (piecework) => {
      const { job } = await (await cloneOf(piecework, source)).ended()
      assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
    })
    await world.query(
      `CREATE POLICY own ON cards TO ${role} USING (current_setting('app.user', true) = 'ann') WITH CHECK (true)`,
    )
    await world.query('ALTER TABLE cards ENABLE ROW LEVEL SECURITY')
    const session = (tx: Queryable, { principal }: SessionContext) =>
      tx.query(`SELECT set_config('app.user', $1, true)`, [principal.id]).then(() => {})
    await withHost(
      asRole,
      pack,
      async (piecework) => {
        const { job } = await (await cloneOf(piecework, source)).ended()
        assert.match(job.error?.message ?? '', /row level security/i)
      },
      { session },
    )
  } finally {
    await pool.end()
    await world.query('ALTER TABLE cards DISABLE ROW LEVEL SECURITY')
    await world.query(`DROP OWNED BY ${role}`)
    await world.query(`DROP ROLE ${role}`)
  }
})

test.run()
