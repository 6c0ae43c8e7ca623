import { PieceworkError } from '@piecework/core'
import type { Check } from '@piecework/core/piece'

/** The host's own address, said once: no request is there to be believed when a mail is written. */
export const publicUrlCheck: Check<string> = (value, place) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  // `href` has no trace of an empty query, fragment or name; the text has.
  const isPlain = url?.protocol === 'https:' && !/[?#@\\\s]/.test(String(value))
  if (isPlain) return value as string
  throw new PieceworkError(
    'options-invalid',
    `${place.subject}: ${place.path} must be an address of https such as https://maps.example.org, without user, query and fragment.`,
    { facts: { option: place.path } },
  )
}

/** The page of a job: `<publicUrl>/jobs/<id>`. */
export function jobUrlOf(publicUrl: string, id: string): string {
  const { origin, pathname } = new URL(publicUrl)
  return `${origin}${pathname.replace(/\/+$/, '')}/jobs/${encodeURIComponent(id)}`
}
