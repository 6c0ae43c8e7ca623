import assert from 'node:assert/strict'
import { createPiecework, type JobReport, memoryArtifacts } from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import {
  ann,
  contentOf,
  hostInserts,
  made,
  resource,
  sampleShelves,
  serverWorld,
  shelfTables,
  type World,
  wholePack,
} from './support.js'

const test = needsServer(suite('keys: writers beside the guard'))
let world: World
test.before(async () => {
  world = await serverWorld(shelfTables)
})
test.after(() => world.close())

/** Calls `write` before the attempt at the node of that number begins. */
const writing = (store: Store, at: number, write: () => Promise<void>): Store => {
  let begun = 0
  return {
    ...store,
    attempts: {
      ...store.attempts,
      begin: async (...task) => {
        if (begun++ === at) await write()
        return store.attempts.begin(...task)
      },
    },
  }
}

async function clonedBeside(id: string, at: number, write: () => Promise<void>): Promise<JobReport> {
  const piecework = createPiecework({
    packs: [wholePack],
    store: writing(postgresStore({ database: world.database }), at, write),
    artifacts: memoryArtifacts(),
    runtime: inProcess({ concurrency: 1 }),
    maxAttempts: 1,
  })
  await piecework.start()
  try {
    return await (await piecework.clone({ resource: resource(id), principal: ann })).ended()
  } finally {
    await piecework.stop()
  }
}

const writes: Readonly<Record<string, (id: string) => Promise<void>>> = {
  'rows that refer to each other come': async (id) => {
    await world.query(
      `WITH b AS (INSERT INTO books (shelf_id, title) VALUES ($1, 'new') RETURNING id),
         p AS (INSERT INTO pages (book_id, n, see) SELECT id, 1, id FROM b RETURNING id)
       INSERT INTO "odd Marks" (page_id, shelf_id, word) SELECT id, $1, 'new' FROM p`,
      [id],
    )
  },
  'rows that are there come to refer to new ones': async (id) => {
    await world.query(
      `WITH b AS (INSERT INTO books (shelf_id, title) VALUES ($1, 'new') RETURNING id)
       UPDATE pages SET see = b.id FROM b WHERE pages.id = (SELECT min(p.id) FROM pages p JOIN books o ON o.id = p.book_id WHERE o.shelf_id = $1)`,
      [id],
    )
  },
  'rows with their references go': async (id) => {
    await world.query(
      'DELETE FROM pages WHERE id = (SELECT max(p.id) FROM pages p JOIN books b ON b.id = p.book_id WHERE b.shelf_id = $1)',
      [id],
    )
  },
  'rows move to another resource and new ones take their place': async (id) => {
    await world.query(
      `WITH gone AS (DELETE FROM tags WHERE id = (SELECT max(t.id) FROM tags t WHERE t.shelf_id = $1 AND NOT EXISTS (SELECT FROM labels l WHERE l.tag_id = t.id)) RETURNING id)
       INSERT INTO tags SELECT nextval('common_seq'), $1, 'instead' FROM gone`,
      [id],
    )
  },
}

for (const [what, write] of Object.entries(writes)) {
  test(`honest counts: ${what} between any two nodes, and each clone is right or fails`, async () => {
    const outcomes: string[] = []
    // Nodes: three reservations, the shells, three pieces, the end.
    for (let at = 0; at < 8; at++) {
      const [source] = await sampleShelves(world, 6)
      await world.query(`INSERT INTO tags SELECT nextval('common_seq'), $1, 'free'`, [source])
      const before = await contentOf(world, source)
      const { job, findings } = await clonedBeside(source, at, () => write(source))
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
        assert.match(message, /\b[1-9]\d* rows? .*"(?:books|pages|odd Marks|tags|labels)"/)
      }
      outcomes.push(job.outcome ?? '')
      await hostInserts(world, source)
    }
    assert.ok(outcomes.includes('succeeded'))
  })
}

test.run()
