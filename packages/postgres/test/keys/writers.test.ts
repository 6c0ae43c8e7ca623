import assert from 'node:assert/strict'
import { createPiecework, type JobReport, memoryArtifacts, type Piecework } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import type { Store } from '@piecework/core/store'
import { postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import {
  cloneOf,
  contentOf,
  hostInserts,
  made,
  sampleShelves,
  serverWorld,
  shelfTables,
  type World,
  wholePack,
} from './support.js'

const test = needsServer(suite('keys: writers beside the guard'))
let world: World
let piecework: Piecework
/** What is called before the attempt at a node begins, by its number in the job. */
let before: (node: number) => Promise<void>
test.before(async () => {
  world = await serverWorld(shelfTables)
  const store = postgresStore({ database: world.database })
  let begun = 0
  let last = ''
  const begin: Store['attempts']['begin'] = async (task, worker) => {
    begun = task.job === last ? begun + 1 : 0
    last = task.job
    await before(begun)
    return store.attempts.begin(task, worker)
  }
  piecework = createPiecework({
    packs: [wholePack],
    store: { ...store, attempts: { ...store.attempts, begin } },
    artifacts: memoryArtifacts(),
    runtime: inProcess({ concurrency: 1 }),
    maxAttempts: 1,
  })
  await piecework.start()
})
test.after(async () => {
  await piecework.stop()
  await world.close()
})

async function clonedBeside(id: string, at: number, write: () => Promise<void>): Promise<JobReport> {
  before = async (node) => {
    if (node === at) await write()
  }
  return (await cloneOf(piecework, id)).ended()
}

const writes: Readonly<Record<string, (world: Queryable, id: string) => Promise<unknown>>> = {
  'rows that refer to each other come': async (world, id) => {
    await world.query(
      `WITH b AS (INSERT INTO books (shelf_id, title) VALUES ($1, 'new') RETURNING id),
         p AS (INSERT INTO pages (book_id, n, see) SELECT id, 1, id FROM b RETURNING id)
       INSERT INTO "odd Marks" (page_id, shelf_id, word) SELECT id, $1, 'new' FROM p`,
      [id],
    )
  },
  'rows that are there come to refer to new ones': async (world, id) => {
    await world.query(
      `WITH b AS (INSERT INTO books (shelf_id, title) VALUES ($1, 'new') RETURNING id)
       UPDATE pages SET see = b.id FROM b WHERE pages.id = (SELECT min(p.id) FROM pages p JOIN books o ON o.id = p.book_id WHERE o.shelf_id = $1)`,
      [id],
    )
  },
  'ids inside values come to lead to new rows': async (world, id) => {
    await world.query(
      `WITH b AS (INSERT INTO books (shelf_id, title) VALUES ($1, 'new') RETURNING id)
       UPDATE pages SET doc = jsonb_build_object('books', jsonb_build_array(b.id)) FROM b WHERE pages.id = (SELECT min(p.id) FROM pages p JOIN books o ON o.id = p.book_id WHERE o.shelf_id = $1)`,
      [id],
    )
  },
  'rows with their references go': async (world, id) => {
    await world.query(
      'DELETE FROM pages WHERE id = (SELECT max(p.id) FROM pages p JOIN books b ON b.id = p.book_id WHERE b.shelf_id = $1)',
      [id],
    )
  },
  'rows move to another resource and new ones take their place': async (world, id) => {
    await world.query(
      `WITH gone AS (DELETE FROM tags WHERE id = (SELECT max(t.id) FROM tags t WHERE t.shelf_id = $1 AND NOT EXISTS (SELECT FROM labels l WHERE l.tag_id = t.id)) RETURNING id)
       INSERT INTO tags SELECT nextval('common_seq'), $1, 'instead' FROM gone`,
      [id],
    )
  },
}

/** A row of the source with an id that no row had when its rows were counted, and one that refers to it. */
const comes = (id: string) =>
  `WITH b AS (INSERT INTO books (id, shelf_id, title) OVERRIDING SYSTEM VALUE SELECT ${id}, $1, 'new' FROM books WHERE shelf_id = $1 RETURNING id)
   INSERT INTO pages (book_id, n, see) SELECT id, 1, id FROM b`

const outside: Readonly<Record<string, string>> = {
  'between those of the source':
    '(SELECT min(g) FROM generate_series(min(id), max(id)) g WHERE NOT EXISTS (SELECT FROM books o WHERE o.id = g))',
  'before all of the source': 'min(id) - 1',
}

type Write = (world: Queryable) => Promise<unknown>

/** Resolves to what commits it. */
async function begunBefore(write: Write): Promise<() => Promise<void>> {
  let commit = () => {}
  const asked = new Promise<void>((resolve) => {
    commit = resolve
  })
  let ended: Promise<void> | undefined
  await new Promise<void>((resolve, reject) => {
    ended = world.database.transaction(async (tx) => {
      await write(tx)
      resolve()
      await asked
    })
    ended.catch(reject)
  })
  return async () => {
    commit()
    await ended
  }
}

/**
 * Clones while `begin` says what is written at the node of that number; resolves to the job's outcome, or to table and
 * rows of what has made it fail.
 */
async function outcomeOf(
  begin: (source: string) => Promise<() => Promise<void>>,
  at: number,
): Promise<string | undefined> {
  // No row has the number before the first of the source, nor one between its others.
  await world.query(`SELECT nextval(pg_get_serial_sequence('books', 'id'))`)
  const [source, sibling] = await sampleShelves(world, 6)
  await world.query(`DELETE FROM books WHERE shelf_id = $1 AND title = 'b0005'`, [sibling])
  await world.query(`INSERT INTO tags SELECT nextval('common_seq'), $1, 'free'`, [source])
  const before = await contentOf(world, source)
  const { job, findings } = await clonedBeside(source, at, await begin(source))
  const after = await contentOf(world, source)
  if (job.outcome === 'succeeded') {
    assert.deepEqual(findings, [])
    const copy = JSON.stringify(await contentOf(world, made({ job } as JobReport)))
    assert.ok(
      [before, after].some((content) => JSON.stringify(content) === copy),
      `${at}: ${copy}`,
    )
  } else {
    const { code, retryable, message = '' } = job.error ?? {}
    assert.deepEqual([code, retryable], ['source-changed', true], message)
    const [, rows, table] = /\b([1-9]\d*) rows? .*"(books|pages|odd Marks|tags|labels)"/.exec(message) ?? []
    assert.ok(rows !== undefined, message)
    await hostInserts(world, source)
    return `${rows} of ${table}`
  }
  await hostInserts(world, source)
  return job.outcome
}

/** By the node before which they come, rows without a reserved key: before the first none is reserved, by the last all are copied. */
const mustFail: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'rows that refer to each other come': [
    undefined,
    ...Array(4).fill('1 of books'),
    '1 of pages',
    '1 of pages',
  ],
  'rows that are there come to refer to new ones': [undefined, ...Array(6).fill('1 of books')],
  'ids inside values come to lead to new rows': [undefined, ...Array(6).fill('1 of books')],
  'rows move to another resource and new ones take their place': [
    ...Array(3).fill(undefined),
    ...Array(3).fill('1 of tags'),
  ],
}

for (const [what, write] of Object.entries(writes)) {
  test(`honest counts: ${what} between any two nodes, and each clone is right or fails`, async () => {
    const outcomes: (string | undefined)[] = []
    // Nodes: three reservations, the shells, three pieces, the end.
    for (let at = 0; at < 8; at++)
      outcomes.push(await outcomeOf(async (id) => async () => void (await write(world.database, id)), at))
    assert.ok(outcomes.includes('succeeded'))
    for (const [at, lost] of (mustFail[what] ?? []).entries())
      if (lost) assert.equal(outcomes[at], lost, `${at}`)
  })
}

for (const [where, id] of Object.entries(outside)) {
  test(`honest counts: a row comes whose id lies ${where}, and no other row's new id becomes its`, async () => {
    const outcomes: (string | undefined)[] = []
    for (const at of [0, 3, 5])
      outcomes.push(
        await outcomeOf(async (shelf) => async () => void (await world.query(comes(id), [shelf])), at),
      )
    assert.deepEqual(outcomes.slice(1), ['1 of books', '1 of pages'])
  })
}

test('honest counts: rows come by a transaction that had begun before the clone, and it is right or fails', async () => {
  // Between the pieces "books" and "pages".
  for (const write of Object.values(writes)) await outcomeOf((id) => begunBefore((tx) => write(tx, id)), 5)
})

test.run()
