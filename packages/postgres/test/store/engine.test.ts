import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createPiecework, type Pack, type Piecework } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'

const test = needsServer(suite('an engine on the store'))

/** Exports the rows of a query, which may take long. */
const rows = (name: `sample/${string}`, select: string): Piece => ({
  contract: 1,
  name,
  of: 'project',
  version: 1,
  exportOnly: true,
  exporter: {
    export: async ({ tx, write }) => {
      await write('rows.csv', tx.copyOut(select))
      return { rows: 0 }
    },
  },
})

const pack = (...pieces: readonly Piece[]): Pack => ({
  name: 'sample',
  kinds: [
    {
      kind: 'project',
      table: 'projects',
      describe: async ({ id }) => ({ name: id }),
    },
  ],
  pieces,
})

let scratch: ScratchDatabase
let pool: pg.Pool
let small: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  // One connection for everything: a wait for a second one while the first is held would never end.
  pool = new pg.Pool({ connectionString: scratch.url, max: 1 })
  small = new pg.Pool({ connectionString: scratch.url, max: 1 })
})
test.after(async () => {
  await pool.end()
  await small.end()
  await scratch.drop()
})

async function working(
  pieces: readonly Piece[],
  control: pg.Pool,
  use: (piecework: Piecework) => Promise<void>,
): Promise<void> {
  const piecework = createPiecework({
    packs: [pack(...pieces)],
    runtime: inProcess({ concurrency: 4 }),
    store: postgresStore({ database: fromPg(pool), control: fromPg(control) }),
    sweepMs: 50,
    heartbeatMs: 50,
  })
  await piecework.start()
  try {
    await use(piecework)
  } finally {
    await piecework.stop()
  }
}

const principal = { id: 'someone' }
const project = () => ({ kind: 'project', id: randomUUID() })

test('one truth: jobs side by side end well though the pool has one connection', async () => {
  const pieces = ['a', 'b', 'c'].map((name) => rows(`sample/${name}`, 'SELECT generate_series(1, 10) AS n'))
  await working(pieces, pool, async (piecework) => {
    const handles = await Promise.all(
      Array.from({ length: 8 }, () => piecework.export({ resource: project(), principal })),
    )
    const reports = await Promise.all(handles.map((handle) => handle.ended()))
    assert.deepEqual(
      reports.map(({ job }) => [job.status, job.error]),
      reports.map(() => ['succeeded', undefined]),
    )
  })
})

test('nothing half-made: a cancel does not wait for data: it ends the statement that runs, and frees the resource', async () => {
  const endless = rows('sample/endless', 'SELECT pg_sleep(0.01), n FROM generate_series(1, 100000) AS n')
  await working([endless], small, async (piecework) => {
    const resource = project()
    const handle = await piecework.export({ resource, principal })
    for await (const { running } of handle.watch()) if (running.length > 0) break
    await handle.cancel()
    assert.equal((await handle.ended()).job.status, 'cancelled')
    const again = await piecework.export({ resource, principal })
    await again.cancel()
    await again.ended()
  })
})

test.run()
