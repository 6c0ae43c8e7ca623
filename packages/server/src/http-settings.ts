import { type Piecework, PieceworkError, type Principal } from '@piecework/core'
import { checkOptions } from '@piecework/core/piece'
import { callHost } from '@piecework/core/store'
import { defaultChallenge, defaultLimits } from './defaults.js'
import type { HttpExtension } from './http-extension.js'
import { type HttpLimits, httpChecks, httpInstead, type PieceworkHttpOptions } from './http-options.js'
import type { Statuses } from './problems/statuses.js'

/** The options, checked and with their defaults. */
export interface HttpSettings {
  readonly piecework: Piecework
  /** `/api/v1`, or empty. */
  readonly basePath: string
  readonly paths: Readonly<Record<string, string>>
  readonly formats: Readonly<Record<string, string>>
  /** Where the routes are for clients: `https://maps.example.org/api/v1`. */
  readonly address: string
  readonly publicOrigin: string
  readonly allowedOrigins: readonly string[]
  readonly followUps: readonly string[]
  readonly limits: Required<HttpLimits>
  readonly challenge: string
  readonly extensions: readonly HttpExtension[]
  /** Of codes of the extensions. */
  readonly statuses: Statuses
  /** Throws what the host's function throws. */
  principal(host: unknown): Promise<Principal | undefined>
  onError(error: unknown): void
}

/** Throws `options-invalid`. */
export function httpSettings<Host>(given: PieceworkHttpOptions<Host>): HttpSettings {
  const options = checkOptions(
    'pieceworkHttp()',
    given as PieceworkHttpOptions<never>,
    httpChecks,
    httpInstead,
  )
  const {
    piecework,
    paths,
    formats = {},
    followUps = [],
    allowedOrigins = [],
    extensions = [],
    onError,
  } = options
  const basePath = checkedBasePath(options.basePath ?? '')
  const url = addressOf('publicUrl', options.publicUrl)
  for (const origin of allowedOrigins) {
    if (addressOf('allowedOrigins', origin).origin !== origin)
      throw refused(`"${origin}" in allowedOrigins is no origin, such as https://www.example.org`)
  }
  const { challenge = defaultChallenge } = options
  if (!/^[\x21-\x7e][\x20-\x7e]*$/.test(challenge))
    throw refused('challenge is a line of ASCII, such as Bearer realm="maps"')
  return {
    piecework,
    challenge,
    basePath,
    paths,
    formats,
    address: `${url.origin}${url.pathname.replace(/\/+$/, '')}${basePath}`,
    publicOrigin: url.origin,
    allowedOrigins,
    followUps,
    extensions,
    statuses: Object.assign({}, ...extensions.map(({ statuses }) => statuses)) as Statuses,
    limits: { ...defaultLimits, ...options.limits },
    principal: async (host) => {
      const principal = await options.principal(host as never)
      return principal || undefined
    },
    onError: (error) =>
      callHost(() => (onError ? onError(error) : piecework.events.emit('error', error)) as unknown),
  }
}

function checkedBasePath(path: string): string {
  const base = path.replace(/\/+$/, '')
  if (base === '' || /^(\/[\w.~-]+)+$/.test(base)) return base
  throw refused('basePath is a path such as /api/v1, of letters, digits and . _ ~ -')
}

function addressOf(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && url.username === '')
    return url
  throw refused(`${option} takes an address such as https://maps.example.org, without a query`)
}

function refused(why: string): PieceworkError {
  return new PieceworkError('options-invalid', `pieceworkHttp(): ${why}.`)
}
