import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isPieceworkError, memoryStore } from '@piecework/core'
import { scopedTokens, type TokenErrorCode, tokenStatuses } from '@piecework/delivery'

const people = new Map([['ann', { id: 'ann', active: true }]])
const tokens = scopedTokens({
  store: memoryStore(),
  keys: [{ id: '2026-01', secret: randomBytes(32) }],
  user: async (id) => {
    const person = people.get(id)
    return person?.active && { id }
  },
})

const server = createServer(async ({ headers: { authorization }, method = '', url = '' }, answer) => {
  try {
    const holder = await tokens.authenticate({ authorization, method, url })
    answer.writeHead(holder ? 200 : 401).end(holder ? `for ${holder.principal.id}` : 'Sign in.')
  } catch (error) {
    if (!isPieceworkError(error) || !(error.code in tokenStatuses)) throw error
    answer.writeHead(tokenStatuses[error.code as TokenErrorCode]).end(error.message)
  }
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo

const { token, id } = await tokens.issue({
  principal: { id: 'ann' },
  scope: { GET: ['/api/v1/organizations/o/projects/london-2/'] },
  recipient: 'the worker that makes maps',
  lifetimeMs: 10 * 60_000,
})
const ask = async (path: string, method = 'GET'): Promise<void> => {
  const headers = { authorization: `ScopedToken ${token}` }
  const address = `http://127.0.0.1:${port}/api/v1/organizations/o/projects/${path}`
  const answer = await fetch(address, { method, headers })
  console.log(method, path, answer.status, await answer.text())
}
await ask('london-2/parties/')
await ask('london-2/parties/', 'POST')
await ask('london-20/')
await ask('london-2/..%2Flondon-20/')
people.set('ann', { id: 'ann', active: false })
await ask('london-2/')
await tokens.revoke(id)
await ask('london-2/')
server.close()
