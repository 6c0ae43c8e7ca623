import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { suite } from 'uvu'
import { withWorld } from './support/world.js'

const test = suite('HTTP/2')

test('bodies without a length are read, files and events are sent', () =>
  withWorld('node', async ({ http, errors }) => {
    const server = createServer((req, res) => {
      Object.assign(req, { user: { id: 'ann' } })
      http.node(req as unknown as IncomingMessage, res as unknown as ServerResponse)
    }).listen(0)
    await once(server, 'listening')
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const call = async (method: string, path: string, type = '', body?: string | Buffer) => {
      const headers = { ':method': method, ':path': `/api/v1/${path}`, ...(type && { 'content-type': type }) }
      const stream = client.request(headers, { endStream: body === undefined })
      if (body !== undefined) stream.end(body)
      const [answer] = (await once(stream, 'response')) as [{ readonly ':status'?: number }]
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk as Buffer)
      return { status: answer[':status'], bytes: Buffer.concat(chunks) }
    }
    try {
      const started = await call('POST', 'books/b1/export', 'application/json', '{"chapters":["c1"]}')
      assert.equal(started.status, 202)
      const { id } = JSON.parse(String(started.bytes)) as { id: string }
      assert.match(String((await call('GET', `jobs/${id}/events`)).bytes), /"succeeded"/)
      const { bytes } = await call('GET', `jobs/${id}/archive`)
      assert.equal((await call('POST', 'books/import', 'application/zip', bytes)).status, 202)
      assert.equal((await call('POST', `jobs/${id}/cancel`)).status, 202)
      assert.equal((await call('POST', `jobs/${id}/cancel`, 'text/html', 'x')).status, 415)
      assert.deepEqual(errors, [])
    } finally {
      client.close()
      server.close()
    }
  }))

test.run()
