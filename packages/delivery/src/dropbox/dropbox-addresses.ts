import { PieceworkError } from '@piecework/core'
import { type Check, check, objectCheck } from '@piecework/core/store'

/** Where Dropbox is. The host's own configuration, and trusted as such: http is allowed. */
export interface DropboxAddresses {
  /** Default: `https://api.dropboxapi.com`. */
  readonly api?: string
  /** Default: `https://content.dropboxapi.com`. */
  readonly content?: string
  /** Where users allow the app. Default: `https://www.dropbox.com`. */
  readonly www?: string
}

export const dropboxAddresses: Required<DropboxAddresses> = {
  api: 'https://api.dropboxapi.com',
  content: 'https://content.dropboxapi.com',
  www: 'https://www.dropbox.com',
}

const origin: Check<string> = (value, place) => {
  const text = check.text(value, place)
  if (URL.canParse(text) && /^https?:\/\/[^/?#@]+$/.test(text)) return text
  throw new PieceworkError(
    'options-invalid',
    `${place.subject}: ${place.path} must be of the form https://host, without a path.`,
    { facts: { option: place.path } },
  )
}

export const addressesCheck = objectCheck<DropboxAddresses>({ api: origin, content: origin, www: origin })
