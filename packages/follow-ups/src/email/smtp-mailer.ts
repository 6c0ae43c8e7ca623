import { createTransport } from 'nodemailer'
import { defaults } from '../defaults.js'
import type { Mailer, SmtpServer } from './mailer.js'

/** A connection of its own for each mail, which ends with the signal. */
export function smtpMailer(
  { host, port, secure = port === 465, auth, requireTls = auth !== undefined }: SmtpServer,
  signal: AbortSignal,
): Mailer {
  return {
    sendMail: async (mail) => {
      const transport = createTransport({
        host,
        port: port ?? (secure ? 465 : 587),
        secure,
        requireTLS: requireTls && !secure,
        ...(auth && { auth: { ...auth } }),
        connectionTimeout: defaults.smtpTimeoutMs,
        greetingTimeout: defaults.smtpTimeoutMs,
        socketTimeout: defaults.smtpTimeoutMs,
      })
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
      try {
        signal.throwIfAborted()
        return await Promise.race([transport.sendMail(mail), aborted])
      } finally {
        transport.close()
      }
    },
  }
}
