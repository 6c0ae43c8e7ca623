import assert from 'node:assert/strict'
import { createPiecework, isPieceworkError, memoryStore, type Piecework } from '@piecework/core'
import { type EmailOptions, email } from '@piecework/follow-ups'
import { inProcess } from '@piecework/runtime-inprocess'
import { createTransport } from 'nodemailer'
import { suite } from 'uvu'
import { contextOf } from './context.js'
import { mailCatcher } from './mail-catcher.js'

const test = suite('email')

const told = (port: number, more: Partial<EmailOptions> = {}) =>
  email({
    transport: { host: '127.0.0.1', port },
    from: 'Atlas <atlas@example.org>',
    recipients: { self: ({ job }) => `${job.principal.id}@example.org`, ops: 'ops@example.org' },
    publicUrl: 'https://atlas.example.org/maps/',
    message: ({ job, key }) => ({
      subject: `Your ${job.kind} is ready`,
      text: `See ${key}.`,
      html: '<p>é</p>',
    }),
    ...more,
  })

test('a mail goes to who has asked, with a Message-ID that stays the same', async () => {
  const { mails, port, close } = await mailCatcher()
  try {
    const { run } = told(port)
    await run(contextOf())
    await run(contextOf({ attempt: 2 }))
    await run(contextOf({ input: { to: 'ops' }, key: 'j1/onFailure/3' }))
    assert.deepEqual(
      mails.map(({ from, to }) => [from, ...to]),
      [
        ['atlas@example.org', 'ann@example.org'],
        ['atlas@example.org', 'ann@example.org'],
        ['atlas@example.org', 'ops@example.org'],
      ],
    )
    const ids = mails.map(({ source }) => /^Message-ID: (.*)\r$/im.exec(source)?.[1])
    assert.deepEqual(ids, [
      '<j1.onSuccess.0@example.org>',
      '<j1.onSuccess.0@example.org>',
      '<j1.onFailure.3@example.org>',
    ])
    assert.match(mails[0]?.source ?? '', /^Subject: Your export is ready\r$/m)
    assert.match(mails[0]?.source ?? '', /^Auto-Submitted: auto-generated\r$/m)
    assert.match(mails[0]?.source ?? '', /See j1\/onSuccess\/0\./)
  } finally {
    await close()
  }
})

test('F8: a request names one of the recipients and no address', () => {
  const { schema } = told(25)
  assert.deepEqual(schema.parse({}), { to: 'self' })
  assert.deepEqual(schema.parse({ to: 'ops' }), { to: 'ops' })
  assert.throws(() => schema.parse({ to: 'eve@example.org' }), /to must be "self" or "ops"/)
  assert.throws(() => schema.parse({ to: 'opps' }), /did you mean "ops"/)
  assert.throws(() => schema.parse({ cc: 'eve@example.org' }), /no option "cc"/)
  assert.throws(() => schema.parse({ to: 'constructor' }), /must be/)
})

test('nothing is added to the headers or the recipients of a mail', async () => {
  const { mails, port, close } = await mailCatcher()
  const refused = (more: Partial<EmailOptions>, code: string) =>
    assert.rejects(told(port, more).run(contextOf()), (error) => {
      assert.ok(isPieceworkError(error, code as never) && !error.retryable)
      assert.doesNotMatch(error.message, /eve/)
      return true
    })
  try {
    const subject = 'Hello\r\nBcc: eve@example.org'
    await refused({ message: () => ({ subject, text: '' }) }, 'email/header')
    const wrong = [
      'ann@example.org, eve@example.org',
      'ann@example.org\r\nBcc: eve@x',
      'eve <eve@example.org>',
      'eve',
      '',
    ]
    for (const self of wrong) await refused({ recipients: { self } }, 'email/address')
    await refused({ recipients: { self: () => undefined } }, 'email/no-address')
    assert.deepEqual(mails, [])
    assert.throws(() => told(port, { from: 'a@x\r\nBcc: eve@x' }), /from must be/)
  } finally {
    await close()
  }
})

test('what a mail server refuses for now is tried again, for good is not; its words and the password stay out', async () => {
  const { port, close } = await mailCatcher([
    [451, 'ann@example.org is greylisted'],
    [550, 'no ann@example.org here'],
  ])
  const failure = (transport: EmailOptions['transport']) =>
    told(port, { transport })
      .run(contextOf())
      .then(
        () => assert.fail('It was sent.'),
        (error: unknown) => {
          assert.ok(isPieceworkError(error))
          assert.doesNotMatch(JSON.stringify([error.message, error.facts]), /ann|geheim/)
          return [error.code, error.retryable, error.message]
        },
      )
  const server = { host: '127.0.0.1', port }
  try {
    const refused = (code: number) => `The mail server refused the mail with ${code}.`
    assert.deepEqual(await failure(server), ['email/refused', true, refused(451)])
    assert.deepEqual(await failure(server), ['email/refused', false, refused(550)])
    // With a password there is no mail without TLS.
    const [code, retryable] = await failure({ ...server, auth: { user: 'ann', pass: 'geheim' } })
    assert.deepEqual([code, retryable], ['email/refused', false])
  } finally {
    await close()
  }
  assert.deepEqual((await failure(server)).slice(0, 2), ['email/unreachable', true])
})

test('a transport that the host has made is used as it is', async () => {
  const sent: string[] = []
  const transport = createTransport({ jsonTransport: true })
  transport.use('compile', ({ data }, done) => {
    sent.push(`${data.messageId} ${data.subject}`)
    done()
  })
  await told(0, { transport }).run(contextOf())
  assert.deepEqual(sent, ['<j1.onSuccess.0@example.org> Your export is ready'])
})

test('F1, F5: of a job the mail is sent once it has ended, after the attempts that failed', async () => {
  const { mails, port, close } = await mailCatcher([[451, 'later']])
  const kind = {
    kind: 'notebook',
    table: 'books',
    key: 'nanoid',
    listUnder: async () => [],
    describe: async () => ({ name: 'b' }),
    parentOf: async () => undefined,
  } as const
  const piecework: Piecework = createPiecework({
    packs: [{ name: 'notes', kinds: [kind], pieces: [] }],
    runtime: inProcess(),
    store: memoryStore(),
    followUps: [told(port, { backoffMs: 1 })],
  })
  await piecework.start()
  try {
    const by = { principal: { id: 'ann' } }
    const onSuccess = [{ action: 'email', input: { to: 'self' } }]
    const { id, result } = await piecework.export({
      resource: { kind: 'notebook', id: 'b1' },
      ...by,
      onSuccess,
    })
    await result()
    for (let tries = 0; (await piecework.job(id, by)).followUps[0]?.status !== 'done'; tries++) {
      assert.ok(tries < 500, 'the mail was not sent')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    assert.equal((await piecework.job(id, by)).followUps[0]?.attempt, 2)
    assert.deepEqual(
      mails.map(({ to }) => to),
      [['ann@example.org']],
    )
  } finally {
    await piecework.stop()
    await close()
  }
})

test.run()
