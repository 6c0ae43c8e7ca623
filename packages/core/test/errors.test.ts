import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { suite } from 'uvu'

const test = suite('errors')

test('an error of another copy of this package, or of another realm, is known by its brand', async () => {
  const copy: typeof import('#internal/contracts/errors.js') = await import(
    `${import.meta.resolve('#internal/contracts/errors.js')}?copy`
  )
  const error: unknown = new copy.PieceworkError('job-not-found', 'There is no job x.')
  assert.ok(isPieceworkError(error))
  assert.ok(isPieceworkError(error, 'job-not-found'))
  assert.ok(!isPieceworkError(error, 'expired'))
  // As one from a vm context, where `Error` is another class.
  const foreign = Object.defineProperties(Object.create(null), Object.getOwnPropertyDescriptors(error))
  assert.ok(isPieceworkError(foreign, 'job-not-found'))
})

test('what has no brand is no error of ours', () => {
  for (const other of [undefined, null, 'x', {}, new Error('x'), { code: 'job-not-found' }])
    assert.ok(!isPieceworkError(other))
})

test.run()
