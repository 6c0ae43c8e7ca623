import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPiecework } from '@piecework/core'
import { deliveryRoutes } from '@piecework/delivery/http'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { suite } from 'uvu'
import { ann, sampleTokens } from './support.js'

const test = suite('scoped tokens before the routes of Piecework')

test('a host’s principal takes scoped tokens, and what it refuses has its status and code', async () => {
  const { tokens, users } = sampleTokens()
  const piecework = createPiecework({ packs: [], runtime: inProcess() })
  const http = pieceworkHttp({
    piecework,
    paths: {},
    publicUrl: 'https://maps.example.org',
    principal: async ({ headers, method = '', url = '' }: IncomingMessage) =>
      (await tokens.authenticate({ authorization: headers.authorization, method, url }))?.principal,
    extensions: [deliveryRoutes({})],
  })
  const server = createServer(http.node).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const issued = await tokens.issue({
    principal: ann,
    scope: { GET: ['/jobs'] },
    recipient: 'a worker',
    lifetimeMs: 60_000,
  })
  const ask = async (token: string, path = 'jobs', method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`, {
      method,
      headers: token ? { authorization: `ScopedToken ${token}` } : {},
    })
    const text = await response.text()
    assert.ok(token === '' || !text.includes(token))
    const { code } = JSON.parse(text) as { code?: string }
    return [response.status, code]
  }
  try {
    assert.deepEqual(await ask(issued.token), [200, undefined])
    assert.deepEqual(await ask(''), [401, 'http/unauthenticated'])
    assert.deepEqual(await ask(issued.token, 'jobs/1/cancel', 'POST'), [403, 'token/scope'])
    assert.deepEqual(await ask('nothing'), [401, 'token/malformed'])
    users.set('ann', false)
    assert.deepEqual(await ask(issued.token), [401, 'token/user'])
    users.set('ann', ann)
    await tokens.revoke(issued.id)
    assert.deepEqual(await ask(issued.token), [401, 'token/revoked'])
  } finally {
    server.closeAllConnections()
    server.close()
    await piecework.stop()
  }
})

test.run()
