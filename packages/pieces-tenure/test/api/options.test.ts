import { tenureApi } from '@piecework/pieces-tenure'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('options: tenureApi')

optionTests(test, [
  {
    name: 'tenureApi()',
    options: () => ({
      access: async () => undefined,
      describe: async () => undefined,
      schemas: 'attribute-schemas/',
      archived: 'carried',
      attempts: 2,
      firstWaitMs: 0,
      pageBytes: 1000,
      allowNetworks: ['10.0.0.0/8'],
      ca: 'PEM',
      lookup: async () => [],
    }),
    call: (options: never) => tenureApi(options),
    wrong: {
      access: [undefined, 'https://example.org/'],
      describe: [7],
      schemas: [''],
      archived: ['all'],
      attempts: [0],
      firstWaitMs: [-1],
      pageBytes: [0],
      allowNetworks: ['10.0.0.0/8'],
      ca: [7],
      lookup: [[]],
    },
  },
])

test.run()
