import { type Check, check, type OptionChecks, objectCheck, required } from '@piecework/core/piece'

/** Any mail server. */
export interface SmtpServer {
  readonly host: string
  /** Default: 465 if `secure`, otherwise 587. */
  readonly port?: number
  /** TLS from the first byte. Default: of port 465. */
  readonly secure?: boolean
  /** No mail without TLS. Default: where there is `auth`. */
  readonly requireTls?: boolean
  readonly auth?: { readonly user: string; readonly pass: string }
}

/** What a transport of nodemailer is. */
export interface Mailer {
  sendMail(mail: object): Promise<unknown>
}

const smtpChecks: OptionChecks<SmtpServer> = {
  host: required(check.text),
  port: check.wholeNumber(1, 65_535),
  secure: check.flag,
  requireTls: check.flag,
  auth: objectCheck<NonNullable<SmtpServer['auth']>>({
    user: required(check.string),
    pass: required(check.string),
  }),
}
const smtpCheck = objectCheck(smtpChecks)

export const transportCheck: Check<SmtpServer | Mailer> = (value, place) =>
  isMailer(value) ? value : smtpCheck(value, place)

export function isMailer(value: unknown): value is Mailer {
  return typeof value === 'object' && value !== null && 'sendMail' in value
}
