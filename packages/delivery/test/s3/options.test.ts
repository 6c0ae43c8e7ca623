import { s3Target } from '@piecework/delivery'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'
import { credentialsOf } from './support.js'

const test = suite('options: s3Target')

optionTests(test, [
  {
    name: 's3Target()',
    options: () => ({
      credentials: credentialsOf(undefined),
      name: 'bucket',
      partBytes: 8_388_608,
      allowNetworks: ['10.0.0.0/8'],
      ca: 'PEM',
      lookup: async () => [],
    }),
    call: s3Target,
    opaque: ['credentials'],
    wrong: {
      credentials: [undefined, {}, { open: () => 'geheim' }],
      name: ['', 7],
      partBytes: [0, 1_000_000, 2_000_000_000, '8'],
      allowNetworks: [['10.0.0.1']],
      ca: [7],
      lookup: [{}],
    },
  },
])

test.run()
