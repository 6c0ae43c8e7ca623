import type { Job, ResourceRef } from '@piecework/core'
import { defaults } from '../defaults.js'
import type { Mail, MailContext } from './mail.js'

const ended: Readonly<Record<NonNullable<Job['outcome']>, string>> = {
  succeeded: 'has succeeded',
  failed: 'has failed',
  cancelled: 'was cancelled',
}

/** What has ended, how, and where its page is; nothing that opens bytes. */
export function defaultMessage({ job, failed, jobUrl }: MailContext): Mail {
  const { kind, tree, outcome = 'failed', error, result, changes, createdAt } = job
  const what = `The ${kind} of ${named(tree)} ${ended[outcome]}`
  const at = (changes.at(-1)?.at ?? createdAt).toISOString()
  const lines = [
    `${what}, at ${at}.`,
    failed && `${oneLine(failed.piece)} of ${named(failed.resource)} failed.`,
    error && `${oneLine(error.message)} (${error.code})`,
    result.resource && `It has made ${named(result.resource)}.`,
    `More of it: ${jobUrl}`,
  ]
  return { subject: what, text: `${lines.filter(Boolean).join('\n\n')}\n` }
}

const named = ({ kind, id }: ResourceRef): string => `${oneLine(kind)} ${oneLine(id)}`

/** Ids and messages may hold whatever a table or an archive does. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, defaults.messageCharacters)
}
