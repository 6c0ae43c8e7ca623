import type { Database, Store } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { assertBreaks, needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { jobStoreLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'

const test = needsServer(suite('laws of stores with rows can fail'))
let scratch: ScratchDatabase
let pool: pg.Pool
let database: Database

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url })
  // Backends of workers that were taken over are ended.
  pool.on('error', () => {})
  database = fromPg(pool)
  await postgresStore({ database }).migrate()
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, (store: Store) => Store]> = {
  'gives the reserved keys of all jobs': [
    'new ids: reserved ranges that the database holds are the same there',
    (store) => ({
      ...store,
      keys: {
        ...store.keys,
        relation: (_, table) =>
          `(SELECT old_from, new_from, length FROM piecework.key_ranges WHERE table_name = ${pg.escapeLiteral(table)})`,
      },
    }),
  ],
  'commits rows before the mark': [
    'exactly once: rows of a second run under one lease',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        run: async (lease, work, options) => {
          const result = typeof work === 'function' ? await store.database.transaction(work) : work
          return store.attempts.run(lease, async () => result, options)
        },
      },
    }),
  ],
  'keeps the rows of work that throws': [
    'exactly once: rows, and the mark that they are there',
    (store) => ({
      ...store,
      attempts: {
        ...store.attempts,
        run: (lease, work, options) =>
          store.attempts.run(
            lease,
            typeof work === 'function'
              ? (tx) => work({ ...tx, query: store.database.query.bind(store.database) })
              : work,
            options,
          ),
      },
    }),
  ],
  'lets the host wait in vain for its transaction': [
    'one truth: a job that is created inside a transaction',
    (store) => ({ ...store, jobs: { ...store.jobs, create: (job) => store.jobs.create(job) } }),
  ],
  'lets claims in during an edit of the host': [
    'exclusion: an edit inside a transaction of the host',
    (store) => ({
      ...store,
      guard: {
        ...store.guard,
        edit: (path, edit, options) => store.guard.edit(`${path}/elsewhere:1`, edit, options),
        claim: async () => ({ release: async () => {} }),
      },
    }),
  ],
}

for (const [what, [law, breaks]] of Object.entries(broken)) {
  const make = ({ leaseMs }: { readonly leaseMs: number }): Store => postgresStore({ database, leaseMs })
  const name = `a store that ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) => jobStoreLaws(collect, { make: (options) => breaks(make(options)), sql: true }),
      whole: (collect) => jobStoreLaws(collect, { make, sql: true }),
    }),
  )
}

test.run()
