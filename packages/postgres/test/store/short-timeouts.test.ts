import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ArtifactStore, memoryArtifacts } from '@piecework/core'
import { fromPg, type TableSpec, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { ann, serverWorld, succeeded, withHost } from '../resource-ids/support.js'

const test = needsServer(suite('time limits of the host'))

/** What the host allows a statement, a lock and an idle transaction. */
const limitMs = 150
const longer = 2 * limitMs

const tables = `
CREATE TABLE tapes (id uuid PRIMARY KEY, name text);
CREATE TABLE cuts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tape_id uuid REFERENCES tapes ON DELETE CASCADE, n int, code text UNIQUE)`

const cuts: TableSpec = {
  table: 'cuts',
  owner: 'tape_id',
  order: ['n'],
  // Each row that is read takes its time.
  where: { sql: 'slowly()' },
  unique: { code: 'suffix' },
  triggers: ['slow'],
}

const slow = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    await sleep(longer)
    yield chunk
  }
}

function slowArtifacts(): ArtifactStore {
  const artifacts = memoryArtifacts()
  return {
    ...artifacts,
    put: (key, bytes) => artifacts.put(key, slow(bytes)),
    open: (key, range) => slow(artifacts.open(key, range)),
  }
}

test("a slow artifact store, slow statements and locks that others hold do not meet the host's time limits", async () => {
  const world = await serverWorld(tables)
  await world.query(
    `CREATE FUNCTION slowly() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(${longer / 3000}); RETURN true; END $$`,
  )
  await world.query(
    `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.slowly(); RETURN NEW; END $$`,
  )
  await world.query('CREATE TRIGGER slow BEFORE INSERT ON cuts FOR EACH ROW EXECUTE FUNCTION slow()')
  const [at] = await world.query<{ host: string; port: string; database: string; user: string }>(
    'SELECT host(inet_server_addr()) AS host, inet_server_port()::text AS port, current_database() AS database, current_user AS user',
  )
  const limits = ['statement_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout']
  const pool = new pg.Pool({
    ...at,
    port: Number(at?.port),
    max: 6,
    options: limits.map((name) => `-c ${name}=${limitMs}`).join(' '),
  })
  try {
    await assert.rejects(pool.query(`SELECT pg_sleep(${longer / 1000})`), /statement timeout/)
    const resource = { kind: 'tape', id: randomUUID() }
    await world.query(`INSERT INTO tapes VALUES ($1, 'Side A')`, [resource.id])
    await world.query(
      `INSERT INTO cuts (tape_id, n, code) SELECT $1::uuid, n, CASE n WHEN 1 THEN 'c' END FROM generate_series(1, 3) n`,
      [resource.id],
    )
    const pack = {
      name: 'tapes',
      kinds: [
        {
          kind: 'tape',
          table: 'tapes',
          describe: async ({ id }, db) =>
            (await db.query<{ name: string }>('SELECT name FROM tapes WHERE id = $1', [id])).rows[0],
          shell: {
            create: async ({ ref, name }, tx) =>
              void (await tx.query('INSERT INTO tapes VALUES ($1, $2)', [ref.id, name ?? ''])),
            ready: async () => {},
            remove: async ({ id }, tx) => void (await tx.query('DELETE FROM tapes WHERE id = $1', [id])),
          },
        },
      ],
      pieces: [tablePiece({ name: 'tape/cuts', of: 'tape', version: 1, tables: [cuts] })],
    } satisfies Parameters<typeof withHost>[1]
    const limited = { ...world, database: fromPg(pool) }
    const options = { artifacts: slowArtifacts(), maxAttempts: 1 }
    await withHost(
      limited,
      pack,
      async (piecework) => {
        const { job } = await succeeded(piecework.export({ resource, principal: ann }))
        const { archive } = job.result
        assert.ok(archive)
        for (const copy of [
          () => piecework.import({ archive, principal: ann }),
          () => piecework.clone({ resource, principal: ann }),
        ]) {
          const { job, findings } = await heldUp(copy)
          assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
          assert.deepEqual(
            findings.map(({ code, count }) => [code, count]),
            [['table/unique-taken', 1]],
          )
          const rows = await world.query('SELECT n FROM cuts WHERE tape_id = $1 ORDER BY n', [
            job.result.resource?.id,
          ])
          assert.deepEqual(
            rows.map(({ n }) => n),
            [1, 2, 3],
          )
        }
      },
      options,
    )
  } finally {
    await pool.end()
    await world.close()
  }

  /** Runs a job, whose first write into `cuts` waits for a lock longer than the host allows. */
  async function heldUp<T>(copy: () => Promise<{ ended(): Promise<T> }>): Promise<T> {
    return world.database
      .transaction(async (tx) => {
        await tx.query('LOCK TABLE cuts IN SHARE ROW EXCLUSIVE MODE')
        const job = await copy()
        const ended = job.ended()
        for (;;) {
          const [waits] = await world.query(
            `SELECT FROM pg_locks WHERE NOT granted AND relation = 'cuts'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
          )
          if (waits) break
          await sleep(20)
        }
        await sleep(longer)
        return { ended }
      })
      .then(({ ended }) => ended)
  }
})

test.run()
