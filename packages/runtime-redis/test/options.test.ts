import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { redisRuntime } from '@piecework/runtime-redis'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('options: runtime over Redis')

const connection = 'redis://:geheim@127.0.0.1:1'
const negative = [-1, 0.5, Number.NaN, '5', null]

optionTests(test, [
  {
    name: 'redisRuntime()',
    options: () => ({ connection, queue: 'jobs', concurrency: 2, perJob: 3, onError: () => undefined }),
    call: redisRuntime,
    wrong: {
      connection: [undefined, '', 7],
      queue: ['', 7],
      concurrency: [0, ...negative],
      perJob: [0, 1e9, ...negative],
      onError: ['log'],
    },
  },
  {
    name: 'submit()',
    options: () => ({ delayMs: 5 }),
    call: (options) => redisRuntime({ connection }).submit([], options),
    refusalsOnly: true,
    wrong: { delayMs: [...negative, Number.POSITIVE_INFINITY] },
  },
  {
    name: 'stop()',
    options: () => ({ drainMs: 5 }),
    call: (options) => redisRuntime({ connection }).stop(options),
    wrong: { drainMs: [...negative, Number.POSITIVE_INFINITY] },
  },
])

test('an address that is refused is not repeated', () => {
  assert.throws(
    () => redisRuntime({ connection: [connection], queue: 'a' } as never),
    (error) => isPieceworkError(error, 'options-invalid') && !error.message.includes('geheim'),
  )
})

test.run()
