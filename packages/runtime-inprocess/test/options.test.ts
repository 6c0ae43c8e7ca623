import { inProcess } from '@piecework/runtime-inprocess'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('options: runtime in process')

const environment = { now: () => 0, after: () => () => {}, every: () => () => {}, uuid: () => '' }
const negative = [-1, 0.5, Number.NaN, '5', null]

optionTests(test, [
  {
    name: 'inProcess()',
    options: () => ({ concurrency: 2, onError: () => undefined, environment }),
    opaque: ['environment'],
    call: inProcess,
    wrong: { concurrency: [0, ...negative, 2 ** 31], onError: [7, 'log'], environment: [{}, Date] },
  },
  {
    name: 'submit()',
    options: () => ({ delayMs: 5 }),
    call: async (options) => {
      const runtime = inProcess()
      await runtime.submit([], options)
      await runtime.stop()
    },
    wrong: { delayMs: [...negative, Number.POSITIVE_INFINITY] },
  },
  {
    name: 'stop()',
    options: () => ({ drainMs: 5 }),
    call: (options) => inProcess().stop(options),
    wrong: { drainMs: [...negative, Number.POSITIVE_INFINITY] },
  },
])

test.run()
