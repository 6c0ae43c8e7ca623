import { Webhook } from 'standardwebhooks'

/**
 * The headers of a call: signed anew in each attempt, under the same id.
 * @see https://www.standardwebhooks.com
 */
export function signed(
  id: string,
  secrets: readonly string[],
  body: string,
  now: Date = new Date(),
): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'idempotency-key': id,
    'user-agent': 'piecework',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
  }
}
