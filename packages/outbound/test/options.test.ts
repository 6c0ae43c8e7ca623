import { outbound } from '@piecework/outbound'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('options: outbound')

optionTests(test, [
  {
    name: 'outbound()',
    options: () => ({
      words: { of: 'a source', address: 'source/address', unreachable: 'source/unreachable' },
      allowNetworks: ['10.0.0.0/8'],
      ca: 'PEM',
      lookup: async () => [],
      times: { connectMs: 1, idleMs: 1, wholeMs: 1 },
    }),
    call: (options: never) => outbound(options).close(),
    wrong: {
      words: [undefined, 'a source'],
      'words.of': ['', undefined],
      allowNetworks: ['10.0.0.0/8', ['10.0.0.1']],
      ca: [7],
      lookup: [[]],
      'times.wholeMs': [0, '1'],
    },
  },
])

test.run()
