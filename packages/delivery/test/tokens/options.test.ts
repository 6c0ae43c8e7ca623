import { memoryStore } from '@piecework/core'
import { systemEnvironment } from '@piecework/core/store'
import { scopedTokens } from '@piecework/delivery'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'
import { ann, sampleTokens, secret } from './support.js'

const test = suite('options: scoped tokens')
const { tokens } = sampleTokens()

optionTests(test, [
  {
    name: 'scopedTokens()',
    options: () => ({
      store: memoryStore(),
      keys: [{ id: 'a', secret, signs: true }],
      user: () => ann,
      scheme: 'TmpToken',
      issuer: 'atlas',
      maxLifetimeMs: 1,
      environment: systemEnvironment,
    }),
    call: scopedTokens,
    opaque: ['store', 'environment'],
    wrong: {
      store: [{}, undefined],
      keys: ['geheim', [], undefined, ['geheim']],
      user: ['ann', undefined],
      scheme: ['two words', '', 7, 'a:b'],
      issuer: ['', 7],
      maxLifetimeMs: [0, 1e15, '1'],
      environment: [{}],
    },
  },
  {
    name: 'issue()',
    options: () => ({ principal: ann, scope: { GET: ['/a'] }, recipient: 'Bob', lifetimeMs: 1 }),
    call: tokens.issue,
    opaque: ['principal', 'scope'],
    wrong: {
      principal: ['annika', {}, undefined],
      scope: ['/all', undefined],
      recipient: ['', 7, 'https://bob.example/?token=x'],
      lifetimeMs: [-1, 0.5],
    },
  },
  {
    name: 'authenticate()',
    options: () => ({ authorization: 'Other', method: 'GET', url: '/a' }),
    call: tokens.authenticate,
    wrong: { authorization: [7], method: [7, undefined], url: [undefined, {}] },
  },
  {
    name: 'revoke()',
    options: () => ({ until: new Date() }),
    call: (options: object) => tokens.revoke('id', options),
    wrong: { until: ['tomorrow', 7, new Date('never')] },
  },
])

test.run()
