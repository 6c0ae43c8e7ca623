import { email, webhook } from '@piecework/follow-ups'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('options: follow-ups')

const attempts = { maxAttempts: 1, backoffMs: 0, timeoutMs: 1 }
const wrongAttempts = { maxAttempts: [0, 'one'], backoffMs: [-1, '1'], timeoutMs: [0, 1.5] }
const secrets = ['whsec_bmV3IHNlY3JldCBuZXcgc2VjcmV0']

const notPublic = [
  'atlas.example.org',
  'http://atlas.example.org',
  'http://127.0.0.1:3000',
  'javascript:alert(1)',
  'https://atlas.example.org?job=',
  'https://atlas.example.org/?',
  'https://atlas.example.org/#/jobs',
  'https://ann@atlas.example.org',
  'https://ann:geheim@atlas.example.org',
  'https://@atlas.example.org',
  'https://atlas.example.org\\@eve.example.org',
  ' https://atlas.example.org',
]

optionTests(test, [
  {
    name: 'email()',
    options: () => ({
      name: 'mail',
      transport: { host: 'mail', port: 25, secure: false, requireTls: true, auth: { user: 'a', pass: 'b' } },
      from: 'Atlas <atlas@example.org>',
      recipients: { self: 'ann@example.org' },
      publicUrl: 'https://atlas.example.org/maps',
      message: () => ({ subject: '', text: '' }),
      ...attempts,
    }),
    call: email,
    free: ['recipients'],
    wrong: {
      name: ['', 1],
      transport: ['smtp://ann:geheim@mail', {}, undefined],
      'transport.port': [0, '25'],
      'transport.auth': ['geheim'],
      from: ['atlas', 7, undefined, 'a@x, b@x'],
      recipients: ['ann@example.org', undefined],
      publicUrl: [undefined, 7, '', ...notPublic],
      message: ['text'],
      ...wrongAttempts,
    },
  },
  {
    name: 'webhook()',
    options: () => ({
      name: 'hook',
      endpoints: { self: { url: 'https://hooks.example.org', secrets } },
      payload: () => ({}),
      allowNetworks: ['10.0.0.0/8'],
      ca: 'PEM',
      lookup: async () => [],
      ...attempts,
    }),
    call: webhook,
    free: ['endpoints'],
    opaque: ['endpoints.self'],
    wrong: {
      name: ['', 1],
      endpoints: ['https://x', undefined],
      payload: [{}],
      allowNetworks: ['10.0.0.0/8', ['10.0.0.1']],
      ca: [7],
      lookup: [[]],
      ...wrongAttempts,
    },
  },
])

test.run()
