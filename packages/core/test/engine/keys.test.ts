import assert from 'node:assert/strict'
import {
  createPiecework,
  type JobReport,
  memoryArtifacts,
  memoryStore,
  type ResourceKind,
} from '@piecework/core'
import type { KeyRange, KeysContext, Piece } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'

const test = suite('keys that a job reserves')

const shell = { create: async () => {}, ready: async () => {}, remove: async () => {} }
const shelf: ResourceKind = {
  kind: 'shelf',
  table: 'shelves',
  key: 'nanoid',
  describe: async () => ({ name: 'S' }),
  shell,
}
const box: ResourceKind = {
  ...shelf,
  kind: 'box',
  table: 'boxes',
  parent: 'shelf',
  parentOf: async () => ({ kind: 'shelf', id: 's' }),
  listUnder: async () => ['a', 'b'].map((id) => ({ kind: 'box', id })),
}

interface Told {
  readonly report: JobReport
  /** What the clone of each box was told of old keys. */
  readonly mapped: readonly string[]
}

/** Clones a shelf with two boxes, each of which reserves keys. */
async function cloned(
  reserve: (context: KeysContext) => Promise<void>,
  numbered = ['things'],
): Promise<Told> {
  const mapped: string[] = []
  const things: Piece = {
    contract: 1,
    name: 'box/things',
    of: 'box',
    version: 1,
    exporter: { export: async () => ({ rows: 0 }) },
    importer: { import: async () => ({ rows: 0 }) },
    cloner: {
      clone: async ({ ids, source }) => {
        const map = await ids.keyMap('things')
        mapped.push(`${source.id}: ${['1', '3', '4', '12', '13'].map((key) => map.get(key)).join()}`)
        return { rows: 0 }
      },
    },
    keys: { numbered: async () => numbered, reserve },
  }
  const piecework = createPiecework({
    packs: [{ name: 'p', kinds: [shelf, box], pieces: [things] }],
    store: memoryStore(),
    artifacts: memoryArtifacts(),
    runtime: inProcess({ concurrency: 1 }),
    maxAttempts: 1,
  })
  await piecework.start()
  try {
    const handle = await piecework.clone({ resource: { kind: 'shelf', id: 's' }, principal: { id: 'ann' } })
    return { report: await handle.ended(), mapped: mapped.sort() }
  } finally {
    await piecework.stop()
  }
}

const range = (oldFrom: bigint, newFrom: bigint, length: number): KeyRange => ({ oldFrom, newFrom, length })

test('new ids: every piece maps by what all have reserved before the shells were made', async () => {
  const { report, mapped } = await cloned(async ({ source, add }) => {
    await add('things', [source.id === 'a' ? range(1n, 101n, 3) : range(12n, 201n, 1)])
  })
  assert.equal(report.job.outcome, 'succeeded', report.job.error?.message)
  assert.deepEqual(mapped, ['a: 101,103,,201,', 'b: 101,103,,201,'])
  const batches = report.nodes.map(({ task, batch }) => `${task} ${batch}`)
  assert.deepEqual(batches, ['keys 0', 'keys 0', 'shells 1', 'clone 2', 'clone 2', 'finish 3'])
})

test('new ids: an old key that two resources have fails the clone before it makes anything', async () => {
  const { report, mapped } = await cloned(async ({ add }) => add('things', [range(1n, 101n, 3)]))
  const { outcome, error } = report.job
  assert.deepEqual([outcome, error?.code, error?.retryable], ['failed', 'source-changed', true])
  assert.match(error?.message ?? '', /"things" moved from one resource to another/)
  assert.deepEqual(mapped, [])
})

test('a job whose pieces have no numbered tables reserves nothing', async () => {
  const { report } = await cloned(async () => assert.fail('asked'), [])
  assert.deepEqual(
    report.nodes.filter(({ task }) => task === 'keys'),
    [],
  )
})

test.run()
