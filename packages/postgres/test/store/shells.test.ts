import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createPiecework, type Pack, type Piecework, PieceworkError } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import type { Attempts, Store } from '@piecework/core/store'
import { claimTables, fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import fc from 'fast-check'
import pg from 'pg'
import { suite } from 'uvu'

const test = needsServer(suite('shells and their jobs'))

/**
 * The database itself looks at every commit: a hidden shelf has a job that has not ended, and a job that has
 * ended badly has no shelf.
 */
const tables = `
CREATE TABLE shelves (id uuid PRIMARY KEY, name text, ready boolean NOT NULL);
CREATE TABLE books (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), shelf uuid NOT NULL);
CREATE TABLE violations (what text NOT NULL);
CREATE FUNCTION watch_shelf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO violations SELECT 'a shelf without a job' FROM shelves s WHERE s.id = NEW.id AND NOT s.ready AND NOT EXISTS (
    SELECT FROM piecework.jobs j WHERE j.target ->> 'id' = s.id::text AND NOT j.terminal);
  RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER shelf AFTER INSERT OR UPDATE ON shelves DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION watch_shelf();
CREATE FUNCTION watch_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO violations SELECT 'a job that has ended and left a shelf' FROM shelves s, piecework.jobs j
    WHERE j.id = NEW.id AND s.id::text = j.target ->> 'id'
      AND (j.status IN ('failed', 'cancelled') OR j.status = 'succeeded' AND NOT s.ready);
  RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER job AFTER INSERT OR UPDATE ON piecework.jobs DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION watch_job();
`

let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pool = new pg.Pool({ connectionString: scratch.url, max: 8 })
  pool.on('error', () => {})
  await pool.query(tables)
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

function shelves(cloner: (tx: Queryable) => Promise<unknown>): Pack {
  const named = async (id: string, db: Queryable) =>
    (await db.query<{ name: string }>('SELECT name FROM shelves WHERE id = $1::uuid AND ready', [id])).rows[0]
  return {
    name: 'shelves',
    kinds: [
      {
        kind: 'shelf',
        table: 'shelves',
        describe: ({ id }, db) => named(id, db),
        shell: {
          create: async ({ ref, name }, tx) => {
            await tx.query('INSERT INTO shelves VALUES ($1::uuid, $2, false) ON CONFLICT (id) DO NOTHING', [
              ref.id,
              name ?? '',
            ])
          },
          ready: async ({ id }, tx) => {
            await tx.query('UPDATE shelves SET ready = true WHERE id = $1::uuid', [id])
          },
          remove: async ({ id }, tx) => {
            await tx.query('DELETE FROM shelves WHERE id = $1::uuid', [id])
          },
        },
      },
    ],
    pieces: [
      claimTables(
        {
          contract: 1,
          name: 'shelf/books',
          of: 'shelf',
          version: 1,
          exporter: { export: async () => ({ rows: 0 }) },
          importer: { import: async () => ({ rows: 0 }) },
          cloner: {
            clone: async ({ tx, resource }) => {
              await tx.query('INSERT INTO books (shelf) SELECT $1::uuid FROM generate_series(1, 3)', [
                resource.id,
              ])
              await cloner(tx)
              return { rows: 3 }
            },
          },
        },
        { tables: [{ table: 'books', owner: 'shelf' }] },
      ),
    ],
  }
}

type Death = 'none' | 'before' | 'after'

/** A worker that is gone before or after its commit. */
function dying(store: Store, crashes: readonly Death[]): Store {
  let calls = 0
  const dead = () => new PieceworkError('lease-lost', 'This worker is dead.')
  const run: Attempts['run'] = async (...asked) => {
    const death = crashes[calls++] ?? 'none'
    if (death === 'before') throw dead()
    const job = await store.attempts.run(...asked)
    if (death === 'after') throw dead()
    return job
  }
  return { ...store, attempts: { ...store.attempts, run } }
}

async function withPiecework(
  crashes: readonly Death[],
  pack: Pack,
  use: (piecework: Piecework) => Promise<void>,
): Promise<void> {
  const store = dying(postgresStore({ database: fromPg(pool), leaseMs: 40 }), crashes)
  const options = { heartbeatMs: 10, sweepMs: 15, backoffMs: 1, maxAttempts: 20, resubmitAfterMs: 200 }
  const piecework = createPiecework({ packs: [pack], store, runtime: inProcess(), ...options })
  piecework.events.on('error', () => {})
  await piecework.start()
  try {
    await use(piecework)
  } finally {
    await piecework.stop()
  }
}

interface Plan {
  readonly crashes: Death[]
  readonly fails: boolean
  readonly cancelAt: 0 | 20 | 60 | undefined
}

/**
 * A death before and after each of the first commits, with and without a failure; a cancel at once and on the
 * way.
 */
const plans: readonly Plan[] = [
  ...(['before', 'after'] as const).flatMap((death) =>
    [0, 1, 2].flatMap((earlier) =>
      [false, true].map((fails): Plan => {
        const crashes = [...Array.from({ length: earlier }, (): Death => 'none'), death]
        return { crashes, fails, cancelAt: undefined }
      }),
    ),
  ),
  ...([0, 20] as const).map((cancelAt): Plan => ({ crashes: ['before', 'after'], fails: false, cancelAt })),
]

test('one truth: at no commit is there a shell without a job, or a job that has ended badly with one', async () => {
  const death = fc.constantFrom<Death>('none', 'before', 'after')
  const plan = fc.record({
    crashes: fc.array(death, { maxLength: 6 }),
    fails: fc.boolean(),
    cancelAt: fc.constantFrom(undefined, 0, 20, 60),
  })
  await fc.assert(
    fc.asyncProperty(plan, async ({ crashes, fails, cancelAt }) => {
      const id = randomUUID()
      await pool.query('INSERT INTO shelves VALUES ($1, $2, true)', [id, 'Birds'])
      const pack = shelves(async () => {
        if (fails) throw new Error('It broke.')
      })
      await withPiecework(crashes, pack, async (piecework) => {
        const job = await piecework.clone({ resource: { kind: 'shelf', id }, principal: { id: 'ann' } })
        const cancelled = setTimeout(() => void job.cancel(), cancelAt ?? 60_000)
        const { job: end } = await job.ended()
        clearTimeout(cancelled)
        const { rows } = await pool.query(
          'SELECT ready, (SELECT count(*)::int FROM books b WHERE b.shelf = s.id) AS books FROM shelves s WHERE id = $1',
          [end.target?.id],
        )
        assert.deepEqual(rows, end.status === 'succeeded' ? [{ ready: true, books: 3 }] : [])
        if (fails) assert.notEqual(end.status, 'succeeded')
      })
      const { rows } = await pool.query('SELECT what FROM violations')
      assert.deepEqual(rows, [])
      const left = await pool.query(
        'SELECT FROM books WHERE NOT EXISTS (SELECT FROM shelves s WHERE s.id = shelf)',
      )
      assert.equal(left.rowCount, 0, 'no foreign key removes books: the piece has to')
    }),
    { numRuns: 15 + plans.length, examples: plans.map((one) => [one]), includeErrorInReport: true },
  )
})

test('the watch at every commit sees what it is there for', async () => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('INSERT INTO shelves VALUES ($1, $2, false)', [randomUUID(), 'Nobody'])
    await client.query('SET CONSTRAINTS ALL IMMEDIATE')
    const { rows } = await client.query('SELECT what FROM violations')
    assert.deepEqual(rows, [{ what: 'a shelf without a job' }])
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
})

test.run()
