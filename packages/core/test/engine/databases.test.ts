import assert from 'node:assert/strict'
import {
  createPiecework,
  type Database,
  memoryArtifacts,
  memoryStore,
  type ResourceKind,
} from '@piecework/core'
import type { Piece, Queryable, Transaction } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'

const test = suite('pieces of several databases')
const principal = { id: 'ann' }
const resource = { kind: 'plan', id: '11111111-1111-4111-8111-111111111111' }

/** Says of itself which one it is. */
function called(name: string): Database {
  const query = async () => ({ rows: [{ name }], rowCount: 1 })
  const tx = { query } as unknown as Transaction
  return { query: query as Queryable['query'], transaction: (work) => work(tx) }
}

const nameOf = async (db: Queryable): Promise<string> =>
  (await db.query<{ name: string }>('SELECT')).rows[0]?.name ?? ''

test('all that a piece gets is of its database, and kinds and shells are of the store', async () => {
  const seen: string[] = []
  const see = async (what: string, db: Queryable): Promise<void> =>
    void seen.push(`${what} ${await nameOf(db)}`)
  const plan: ResourceKind = {
    kind: 'plan',
    table: 'plans',
    describe: async (_, db) => ({ name: await nameOf(db) }),
    shell: {
      create: (_, tx) => see('create', tx),
      ready: (_, tx) => see('ready', tx),
      remove: (_, tx) => see('remove shell', tx),
    },
  }
  const shapes: Piece = {
    contract: 1,
    name: 'plan/shapes',
    of: 'plan',
    version: 1,
    database: 'geo',
    applies: async ({ db }) => see('applies', db).then(() => true),
    exporter: { export: async ({ tx }) => see('export', tx).then(() => ({ rows: 0 })) },
    importer: { import: async ({ tx }) => see('import', tx).then(() => ({ rows: 0 })) },
    verifier: {
      summarize: ({ tx }) => see('summarize', tx).then(() => 'as it was'),
      compare: (_, { tx }) => see('compare', tx),
    },
    remover: { remove: ({ tx }) => see('remove', tx) },
    validators: [
      {
        validate: async function* ({ tx }) {
          await see('validate', tx)
          yield* []
        },
      },
    ],
  }
  const failing: Piece = {
    contract: 1,
    name: 'plan/failing',
    of: 'plan',
    version: 1,
    after: ['plan/shapes'],
    exporter: { export: async () => ({ rows: 0 }) },
    importer: { import: async () => assert.fail('not this one') },
    remover: { remove: ({ tx }) => see('remove failing', tx) },
  }
  const sessions: string[] = []
  const run = async (pieces: readonly Piece[]) => {
    seen.length = 0
    const piecework = createPiecework({
      packs: [{ name: 'plan', kinds: [plan], pieces }],
      store: memoryStore({ database: called('main'), databases: { geo: called('geo') } }),
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
      session: async (_, { piece, database }) => void sessions.push(`${piece} ${database}`),
    })
    await piecework.start()
    const exported = await (await piecework.export({ resource, principal })).ended()
    const { archive } = exported.job.result
    assert.ok(archive)
    await (await piecework.import({ archive, principal })).ended()
    await (await piecework.clone({ resource, principal })).ended()
    await piecework.stop()
  }
  await run([shapes])
  assert.deepEqual(
    [...new Set(seen)],
    [
      'applies geo',
      'export geo',
      'validate geo',
      'create main',
      'import geo',
      'summarize geo',
      'ready main',
      'compare geo',
    ],
  )
  assert.deepEqual([...new Set(sessions)].sort(), ['plan/shapes geo', 'undefined undefined'])
  await run([shapes, failing])
  const removed = seen.filter((what) => what.startsWith('remove'))
  assert.deepEqual([...new Set(removed)], ['remove geo', 'remove failing main', 'remove shell main'])
})

test.run()
