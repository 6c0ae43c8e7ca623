import assert from 'node:assert/strict'
import { createPiecework, type JobReport, memoryArtifacts } from '@piecework/core'
import { type Piece, PieceworkError } from '@piecework/core/piece'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { makeTables, principal } from './moment-host.js'

const test = needsServer(suite('parts that are made of a plan'))
let scratch: ScratchDatabase

test.before(async () => {
  scratch = await scratchDatabase()
  await makeTables(scratch.url)
})
test.after(() => scratch.drop())

interface Run {
  readonly failed: JobReport
  readonly retried: JobReport
  /** Parts that the retry has exported. */
  readonly again: readonly number[]
}

/** An export whose third part fails for good, and its retry. `reads`: its parts ask something of the database. */
async function retried({ reads }: { readonly reads: boolean }): Promise<Run> {
  const pool = new pg.Pool({ connectionString: scratch.url, max: 6 })
  const exported: number[] = []
  let isBroken = true
  const sheets: Piece = {
    contract: 1,
    name: 'book/sheets',
    of: 'book',
    version: 1,
    exportOnly: true,
    exporter: {
      parts: async ({ tx }) => ({
        plan: { books: (await tx.query('SELECT 1 AS one')).rows.length },
        parts: [1, 2, 3, 4].map((range) => ({ range })),
      }),
      export: async ({ part, write, tx }) => {
        const number = part?.number ?? 0
        if (reads) await tx.query('SELECT 1')
        if (number === 3 && isBroken) throw new PieceworkError('internal', 'The paper has torn.')
        exported.push(number)
        await write(`sheets/${number}.bin`, Buffer.from(`${number}`), { stored: true })
        return { rows: 0, result: number }
      },
    },
  }
  const other: Piece = {
    contract: 1,
    name: 'book/title',
    of: 'book',
    version: 1,
    exportOnly: true,
    exporter: {
      export: async ({ tx, write }) => {
        await tx.query('SELECT 1')
        await write('title.txt', Buffer.from('Birds'))
        return { rows: 0 }
      },
    },
  }
  const piecework = createPiecework({
    packs: [
      {
        name: 'books',
        kinds: [{ kind: 'book', table: 'books', key: 'nanoid', describe: async () => ({ name: 'Birds' }) }],
        pieces: [sheets, other],
      },
    ],
    store: postgresStore({ database: fromPg(pool) }),
    artifacts: memoryArtifacts(),
    runtime: inProcess({ concurrency: 1 }),
  })
  piecework.events.on('error', () => {})
  await piecework.start()
  try {
    const resource = { kind: 'book', id: 'birds' }
    const failed = await (await piecework.export({ resource, principal })).ended()
    assert.equal(failed.job.status, 'failed')
    isBroken = false
    exported.length = 0
    const report = await (await piecework.retry(failed.job.id, { principal })).ended()
    assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
    return { failed, retried: report, again: exported.sort() }
  } finally {
    await piecework.stop()
    await pool.end()
  }
}

test('one moment: a retry takes over parts that have asked nothing of the database, beside what it reads anew', async () => {
  const { failed, retried: report, again } = await retried({ reads: false })
  assert.deepEqual(again, [3])
  const reused = report.nodes.filter(({ reusedFrom }) => reusedFrom === failed.job.id)
  assert.deepEqual(
    reused.map(({ part, piece }) => [piece, part?.number]),
    [1, 2, 4].map((number) => ['book/sheets', number]),
  )
})

test('one moment: a retry exports parts anew that have read what may have changed', async () => {
  assert.deepEqual((await retried({ reads: true })).again, [1, 2, 3, 4])
})

test.run()
