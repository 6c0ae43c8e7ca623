/** The URL of an address that a user has chosen, or why it may not be called: `must be an https URL`. */
export function httpsUrl(given: unknown): URL | string {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  if (url?.protocol !== 'https:') return 'must be an https URL'
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password'
  return url
}
