import { PieceworkError } from '@piecework/core'
import type { Check } from '@piecework/core/piece'
import { defaults } from '../defaults.js'

/** One address and nothing else: a list, a name or a line break would reach people that the host does not mean. */
export function addressOf(text: string): string {
  const isOne =
    text.length <= defaults.addressCharacters &&
    /^[^\s@<>,;:"()[\]\\\p{Cc}]+@[^\s@<>,;:"()[\]\\\p{Cc}]+$/u.test(text)
  if (isOne) return text
  throw new PieceworkError('email/address', 'The address that the host has for this name is not one address.')
}

/** A header's text, which is one line. */
export function headerText(header: string, text: string): string {
  if (!/\p{Cc}/u.test(text) && text.length <= defaults.headerCharacters) return text
  throw new PieceworkError(
    'email/header',
    `The ${header} of a mail must be one line of ${defaults.headerCharacters} characters at most.`,
  )
}

export const senderCheck: Check<string> = (value, place) => {
  const address = typeof value === 'string' ? (/<([^<>]+)>$/.exec(value)?.[1] ?? value) : ''
  const isOne = typeof value === 'string' && !/[\p{Cc},;]/u.test(value) && address.includes('@')
  if (isOne) return value
  throw new PieceworkError(
    'options-invalid',
    `${place.subject}: ${place.path} must be "Name <address>" or an address.`,
  )
}

/** The same for each attempt of a follow-up, so that the other side knows a repetition. */
export function messageId(key: string, from: string): string {
  const domain = /@([^@<>\s]+?)>?$/.exec(from)?.[1] ?? 'localhost'
  return `<${key.replaceAll('/', '.')}@${domain}>`
}
