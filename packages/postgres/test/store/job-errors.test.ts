import assert from 'node:assert/strict'
import { createPiecework, type Pack } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import type { JobError } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'

/** What a job that the database has failed says, and what its events say. */
const test = needsServer(suite('errors of jobs'))

let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  pool.on('error', () => {})
  await pool.query('CREATE TABLE books (title text CONSTRAINT not_long CHECK (length(title) < 9), pages int)')
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

function books(cloner: (tx: Queryable) => Promise<unknown>): Pack {
  const nothing = async () => undefined
  return {
    name: 'books',
    kinds: [
      {
        kind: 'book',
        table: 'books',
        key: 'nanoid',
        describe: async () => ({ name: 'Birds' }),
        shell: { create: nothing, ready: nothing, remove: nothing },
      },
    ],
    pieces: [
      {
        contract: 1,
        name: 'book/pages',
        of: 'book',
        version: 1,
        exporter: { export: async () => ({ rows: 0 }) },
        importer: { import: async () => ({ rows: 0 }) },
        cloner: {
          clone: async ({ tx }) => {
            await cloner(tx)
            return { rows: 1 }
          },
        },
      },
    ],
  }
}

async function failed(cloner: (tx: Queryable) => Promise<unknown>) {
  const store = postgresStore({ database: fromPg(pool) })
  const piecework = createPiecework({ packs: [books(cloner)], store, runtime: inProcess() })
  const causes: unknown[] = []
  piecework.events.on('node:failed', ({ cause }) => causes.push(cause))
  await piecework.start()
  try {
    const job = await piecework.clone({ resource: { kind: 'book', id: 'b1' }, principal: { id: 'ann' } })
    const report = await job.ended()
    const error: JobError | undefined = report.job.error
    const stored = await pool.query('SELECT j::text AS job FROM piecework.jobs j WHERE id = $1', [job.id])
    return { error, stored: String(stored.rows[0]?.job), report: JSON.stringify(report), causes }
  } finally {
    await piecework.stop()
  }
}

test('a violated constraint is named with its table, its piece and its resource; the row is in the cause alone', async () => {
  const { error, stored, report, causes } = await failed((tx) =>
    tx.query(`INSERT INTO books (title) VALUES ('geheim-4711')`),
  )
  assert.equal(error?.code, 'database')
  assert.equal(
    error?.message,
    'Piece "book/pages" of book b1: The database refused a statement: new row for relation "books" violates ' +
      'check constraint "not_long" (SQLSTATE 23514, table "books", constraint "not_long").',
  )
  assert.ok(!stored.includes('geheim') && !report.includes('geheim'))
  const [{ cause }] = causes as [{ readonly cause: { readonly detail: string } }]
  assert.match(cause.detail, /geheim-4711/)
})

test('a value that the database cannot read is not repeated', async () => {
  const { error, stored, report } = await failed((tx) => tx.query(`SELECT 'geheim-4711'::int`))
  assert.match(error?.message ?? '', /: invalid input syntax for type integer: "…" \(SQLSTATE 22P02\)\.$/)
  assert.ok(!stored.includes('geheim') && !report.includes('geheim'))
})

test('a driver of the piece itself gets the same sentence', async () => {
  const { error, report } = await failed(() => pool.query(`INSERT INTO books (title) VALUES ('geheim-4711')`))
  assert.match(error?.message ?? '', /^Piece "book\/pages" of book b1: .* constraint "not_long"\)\.$/)
  assert.ok(!report.includes('geheim'))
})

test.run()
