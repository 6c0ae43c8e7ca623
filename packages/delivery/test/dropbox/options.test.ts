import { randomBytes } from 'node:crypto'
import { memoryStore } from '@piecework/core'
import { systemEnvironment } from '@piecework/core/store'
import { dropboxConnect, dropboxTarget } from '@piecework/delivery'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'
import { ann, oneCredential } from './support.js'

const test = suite('options: Dropbox')
const keys = () => [{ id: 'a', secret: randomBytes(32) }]
const connectOptions = () => ({
  vault: { add: async () => ({ id: 'c', name: 'n', target: 't', createdAt: new Date(0) }) },
  appKey: 'key',
  redirectUri: 'https://maps.example.org/back',
  keys: keys(),
  store: memoryStore(),
  target: 'dropbox',
  api: { api: 'https://a.example', content: 'https://b.example', www: 'https://c.example' },
  environment: systemEnvironment,
})
const wrongApi = {
  api: ['https://host'],
  'api.api': ['geheim', 'https://geheim/path', 'ftp://geheim', 7],
  'api.content': ['https://user@geheim', 'https://geheim?x'],
}
const connect = dropboxConnect(connectOptions())

optionTests(test, [
  {
    name: 'dropboxTarget()',
    options: () => ({
      credentials: oneCredential('x'),
      appKey: 'key',
      name: 'box',
      chunkBytes: 4 * 1024 ** 2,
      api: connectOptions().api,
      environment: systemEnvironment,
    }),
    call: dropboxTarget,
    opaque: ['credentials', 'environment'],
    wrong: {
      credentials: [{}, undefined],
      appKey: ['', 7, undefined],
      name: ['', 7],
      chunkBytes: [0, 1e9],
      environment: [{}],
      ...wrongApi,
    },
  },
  {
    name: 'dropboxConnect()',
    options: connectOptions,
    call: dropboxConnect,
    opaque: ['vault', 'store', 'environment'],
    wrong: {
      vault: [{}, undefined],
      appKey: ['', undefined],
      redirectUri: ['maps', 'ftp://host', 'https://host/#x', undefined],
      keys: ['geheim', undefined, []],
      store: [{}, undefined],
      target: ['', 7],
      environment: [{}],
      ...wrongApi,
    },
  },
  {
    name: 'start()',
    options: () => ({ principal: ann, name: 'My Dropbox', returnTo: '/jobs' }),
    call: connect.start,
    opaque: ['principal'],
    wrong: { principal: ['anna', undefined], name: ['', undefined], returnTo: ['//evil', 7] },
  },
  {
    name: 'finish()',
    options: () => ({ principal: ann, state: 'x', code: 'x', error: 'x' }),
    call: connect.finish,
    opaque: ['principal'],
    wrong: { principal: ['anna', undefined], state: [7, undefined], code: [7], error: [7] },
    refusalsOnly: true,
  },
])

test.run()
