import { check, checkOptions, type FollowUp, type OptionChecks, required } from '@piecework/core/piece'
import { type AttemptOptions, attemptChecks } from '../attempt-options.js'
import { chosen, type Named, type ToInput, toSchema } from '../chosen.js'
import { defaultMessage } from './default-message.js'
import { addressOf, headerText, messageId, senderCheck } from './headers.js'
import { jobUrlOf, publicUrlCheck } from './job-url.js'
import type { Mail, MailContext } from './mail.js'
import { mailError, noAddress } from './mail-error.js'
import { isMailer, type Mailer, type SmtpServer, transportCheck } from './mailer.js'
import { smtpMailer } from './smtp-mailer.js'

export interface EmailOptions extends AttemptOptions {
  /** As requests name it. Default: `email`. */
  readonly name?: string
  /** A server, or a transport that nodemailer's `createTransport` has made. */
  readonly transport: SmtpServer | Mailer
  /** `Name <address>`, or an address. */
  readonly from: string
  /** Addresses by the names that requests may say; `self` is who has made the request. */
  readonly recipients: Named<string>
  /** Of the host, where people read of their jobs: `https://maps.example.org`, or a path there. Of https alone. */
  readonly publicUrl: string
  /** The host's own template. Default: what has ended, how, and `jobUrl`. */
  readonly message?: (context: MailContext) => Mail | Promise<Mail>
}

const emailChecks: OptionChecks<EmailOptions> = {
  name: check.text,
  transport: required(transportCheck),
  from: required(senderCheck),
  recipients: required(check.record<Named<string>[string]>(check.anything)),
  publicUrl: required(publicUrlCheck),
  message: check.func<NonNullable<EmailOptions['message']>>(),
  ...attemptChecks,
}

const instead = {
  to: 'requests choose among the names in "recipients"',
  host: 'a server is given as { transport: { host, port, auth } }',
  baseUrl: 'the address of the host is "publicUrl"',
  template: 'the template is the function "message"',
} as const

/** Sends a mail. Requests say `{ action: 'email', input: { to: 'self' } }`. */
export function email(given: EmailOptions): FollowUp<ToInput> {
  const options = checkOptions('email()', given, emailChecks, instead)
  const { name = 'email', transport, from, recipients, publicUrl, ...rest } = options
  const { message = defaultMessage, ...attempts } = rest
  return {
    ...attempts,
    name,
    schema: toSchema(`the input of "${name}"`, recipients),
    run: async (context) => {
      const found = await chosen(recipients, context)
      if (found === undefined) throw noAddress(context.input.to)
      const to = addressOf(found)
      const { subject, text, html } = await message({
        ...context,
        jobUrl: jobUrlOf(publicUrl, context.job.id),
      })
      const mail = {
        from,
        to: { name: '', address: to },
        subject: headerText('subject', subject),
        text,
        ...(html !== undefined && { html }),
        messageId: messageId(context.key, from),
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      }
      const mailer = isMailer(transport) ? transport : smtpMailer(transport, context.signal)
      await mailer.sendMail(mail).catch((error: unknown) => {
        throw mailError(error)
      })
    },
  }
}
