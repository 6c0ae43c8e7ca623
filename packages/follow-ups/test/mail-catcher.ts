import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

interface CaughtMail {
  readonly from: string
  readonly to: readonly string[]
  readonly source: string
}

/** A mail server that keeps what it gets. `refusals` are answered first, one for each mail. */
export async function mailCatcher(refusals: readonly (readonly [code: number, text: string])[] = []) {
  const mails: CaughtMail[] = []
  const left = [...refusals]
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    onData: (stream, { envelope }, done) => {
      void text(stream).then((source) => {
        const refusal = left.shift()
        if (refusal) return done(Object.assign(new Error(refusal[1]), { responseCode: refusal[0] }))
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), source })
        return done()
      })
    },
  })
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { mails, port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}
