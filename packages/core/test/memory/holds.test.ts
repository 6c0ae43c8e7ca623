import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { suite } from 'uvu'
import { MemoryHolds } from '#internal/memory/holds.js'
import { FakeClock } from '../support/fake-clock.js'

const test = suite('memory: holds')

const busy = (error: unknown) => isPieceworkError(error, 'resource-busy')

function setup() {
  const clock = new FakeClock()
  const holds = new MemoryHolds(clock.process())
  const by = (id: string) => ({ id, kind: 'test', since: new Date(clock.now) })
  return { clock, holds, by }
}

test('all paths or none', () => {
  const { holds, by } = setup()
  holds.take(['project:1'], by('a'))
  assert.throws(() => holds.take(['project:2', 'project:1/scenario:1'], by('b')), busy)
  holds.take(['project:2'], by('c'))
})

test('edits share a path until they lapse, and exclude claims meanwhile', () => {
  const { clock, holds, by } = setup()
  const until = clock.now + 10
  const [edit] = holds.take(['project:1'], by('a'), { until })
  holds.take(['project:1/scenario:1'], by('b'), { until })
  assert.throws(() => holds.take(['project:1'], by('c')), busy)
  holds.take(['project:2'], by('c'))
  assert.throws(() => holds.take(['project:2'], by('a'), { until }), busy)
  clock.now += 10
  assert.equal(edit && holds.isLive(edit), false)
  assert.deepEqual(holds.holdersOf('project:1'), [])
  holds.take(['project:1'], by('c'))
})

test("a host's release frees its own claims and no job's, also with the same id", () => {
  const { holds, by } = setup()
  holds.take(['project:1'], by('a'))
  holds.take(['project:2'], by('a'), { byHost: true })
  assert.deepEqual(holds.freeAll('a', { byHost: true }), ['project:2'])
  assert.throws(() => holds.take(['project:1'], by('b')), busy)
  assert.deepEqual(holds.freeAll('a', { byHost: false }), ['project:1'])
  holds.take(['project:1'], by('b'))
})

test.run()
