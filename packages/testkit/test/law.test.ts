import assert from 'node:assert/strict'
import type { test as nodeTest } from 'node:test'
import { memoryStore, PieceworkError } from '@piecework/core'
import { guardLaws, type LawTest } from '@piecework/testkit'
import { suite, type Test } from 'uvu'

const test = suite('laws take the tests of runners')

/** Compiles only where the runners' types fit. */
const fits: readonly ((test: typeof nodeTest & Test) => LawTest)[] = [
  (runner: typeof nodeTest): LawTest => runner,
  (runner: Test): LawTest => runner,
]

test('those of uvu and of node:test fit as they are', () => {
  const runner = test as typeof nodeTest & Test
  for (const fit of fits) assert.equal(fit(runner), runner)
})

test('a law that fails links to the page that explains it', async () => {
  const runs: (() => Promise<void>)[] = []
  const { guard } = memoryStore()
  const free = { ...guard, claim: async () => ({ release: async () => undefined }) }
  guardLaws((name, run) => name.startsWith('exclusion: two claims') && runs.push(run), { make: () => free })
  const error = await runs[0]?.().then(
    () => undefined,
    (failed: Error) => failed,
  )
  assert.match(error?.message ?? '', /\nThe law "exclusion": https:.*\/docs\/laws\.md#exclusion$/)
})

test('a law that fails prints what was found', async () => {
  const findings = [
    {
      severity: 'error',
      code: 'sample/no-date',
      piece: 'a/b',
      file: 'notes.csv',
      line: 7,
      column: 'date',
      message: 'It is no date.',
    },
    { severity: 'warning', code: 'sample/rows-lost', piece: 'a/b', count: 3, message: 'Rows are lost.' },
  ] as const
  const broken = async () => Promise.reject(new PieceworkError('validation-failed', 'No.', { findings }))
  const runs: (() => Promise<void>)[] = []
  guardLaws((name, run) => name.startsWith('exclusion: two claims') && runs.push(run), { make: broken })
  await assert.rejects(
    async () => runs[0]?.(),
    ({ message }: Error) => {
      assert.match(message, /\n {2}error sample\/no-date, notes\.csv, line 7, column "date": It is no date\./)
      assert.match(message, /\n {2}warning sample\/rows-lost \(3\): Rows are lost\./)
      return true
    },
  )
})

test.run()
