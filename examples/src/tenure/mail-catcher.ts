import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** A mail server on this machine that keeps what it gets. */
export async function mailCatcher() {
  const mails: string[] = []
  let arrived = (): void => {}
  const first = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    onData: (stream, _, done) => {
      void text(stream).then((mail) => {
        mails.push(mail)
        arrived()
        done()
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { mails, first, port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}
