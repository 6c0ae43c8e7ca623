import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPiecework, type Job, PieceworkError } from '@piecework/core'
import { type EmailOptions, email } from '@piecework/follow-ups'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { createTransport } from 'nodemailer'
import { suite } from 'uvu'
import { contextOf } from './context.js'

const test = suite('email: the page of a job')

interface Sent {
  readonly subject: string
  readonly text: string
}

/** A follow-up, and the mails that it has sent. */
function mailing(more: Partial<EmailOptions> = {}) {
  const sent: Sent[] = []
  const transport = createTransport({ jsonTransport: true })
  transport.use('compile', ({ data }, done) => {
    sent.push({ subject: String(data.subject), text: String(data.text) })
    done()
  })
  const followUp = email({
    transport,
    from: 'atlas@example.org',
    recipients: { self: 'ann@example.org' },
    publicUrl: 'https://atlas.example.org/maps/',
    ...more,
  })
  return { sent, followUp }
}

const of = (more: Partial<Job>) => contextOf({ job: { ...contextOf().job, ...more } })

test('it is at the host’s own address and path, and the id is one part of a path', async () => {
  const { sent, followUp } = mailing({ message: ({ jobUrl }) => ({ subject: '', text: jobUrl }) })
  await followUp.run(of({ id: 'j1' }))
  await followUp.run(of({ id: '../x?y=1#z&é' }))
  assert.deepEqual(
    sent.map(({ text }) => text),
    [
      'https://atlas.example.org/maps/jobs/j1',
      'https://atlas.example.org/maps/jobs/..%2Fx%3Fy%3D1%23z%26%C3%A9',
    ],
  )
})

test('D1: a mail that the host has no words for says what has ended, how and where; nothing in it opens bytes', async () => {
  const { sent, followUp } = mailing()
  await followUp.run(contextOf())
  const resource = { kind: 'notebook', id: 'b1' }
  const error = { code: 'counts-differ', message: 'Two rows\r\nare missing.', retryable: false } as const
  await followUp.run({
    ...of({ kind: 'import', status: 'failed', outcome: 'failed', error, result: {} }),
    failed: { piece: 'notebook/notes', resource },
  })
  await followUp.run(
    of({ status: 'cancelled', outcome: 'cancelled', tree: { ...resource, id: 'b\r\nBcc: x', children: [] } }),
  )
  await followUp.run(of({ kind: 'clone', result: { resource: { ...resource, id: 'b2' } } }))
  const page = 'More of it: https://atlas.example.org/maps/jobs/j1\n'
  const at = 'at 2026-01-02T03:04:05.000Z.'
  assert.deepEqual(sent, [
    {
      subject: 'The export of notebook b1 has succeeded',
      text: `The export of notebook b1 has succeeded, ${at}\n\n${page}`,
    },
    {
      subject: 'The import of notebook b1 has failed',
      text: `The import of notebook b1 has failed, ${at}\n\nnotebook/notes of notebook b1 failed.\n\nTwo rows are missing. (counts-differ)\n\n${page}`,
    },
    {
      subject: 'The export of notebook b Bcc: x was cancelled',
      text: `The export of notebook b Bcc: x was cancelled, ${at}\n\n${page}`,
    },
    {
      subject: 'The clone of notebook b1 has succeeded',
      text: `The clone of notebook b1 has succeeded, ${at}\n\nIt has made notebook b2.\n\n${page}`,
    },
  ])
})

/** Asks with headers that `fetch` does not let one set. */
async function posted(port: number, headers: Readonly<Record<string, string>>): Promise<string> {
  const body = JSON.stringify({ onSuccess: [{ action: 'email' }] })
  const asked = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/notebooks/b1/export',
    headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
  }).end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const answer = JSON.parse(Buffer.concat(await response.toArray()).toString()) as { id: string }
  assert.equal(response.statusCode, 202, JSON.stringify(answer))
  return answer.id
}

test('D1: whatever a request says of the host, its mail leads to the host’s own address', async () => {
  const { sent, followUp } = mailing()
  let told = () => {}
  const wasTold = new Promise<void>((resolve) => {
    told = resolve
  })
  const run: typeof followUp.run = async (context) => {
    await followUp.run(context)
    told()
  }
  const kind = {
    kind: 'notebook',
    table: 'books',
    key: 'nanoid',
    describe: async () => ({ name: 'b' }),
  } as const
  const piecework = createPiecework({
    packs: [{ name: 'notes', kinds: [kind], pieces: [] }],
    runtime: inProcess(),
    followUps: [{ ...followUp, run }],
  })
  const http = pieceworkHttp({
    piecework,
    paths: { notebook: 'notebooks' },
    publicUrl: 'https://api.example.org',
    followUps: ['email'],
    principal: () => ({ id: 'ann' }),
    onError: (error) => assert.fail(error instanceof PieceworkError ? error.message : String(error)),
  })
  const server = createServer(http.node).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await piecework.start()
  try {
    const forged = {
      host: 'eve.example.org',
      'x-forwarded-host': 'eve.example.org',
      'x-forwarded-proto': 'http',
      forwarded: 'host=eve.example.org;proto=http',
    }
    const id = await posted((server.address() as AddressInfo).port, forged)
    await wasTold
    assert.equal(sent.length, 1)
    const [{ text } = { text: '' }] = sent
    assert.ok(text.includes(`https://atlas.example.org/maps/jobs/${id}`), text)
    assert.doesNotMatch(text, /eve/)
  } finally {
    http.stop()
    server.closeAllConnections()
    server.close()
    await piecework.stop()
  }
})

test.run()
