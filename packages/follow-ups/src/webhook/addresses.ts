import { lookup as systemLookup } from 'node:dns/promises'
import { once } from 'node:events'
import { PieceworkError } from '@piecework/core'
import type { Check } from '@piecework/core/piece'
import ipaddr from 'ipaddr.js'

/** All addresses of a name. */
export type Lookup = (hostname: string) => Promise<readonly string[]>

/** The metadata service of Azure, which looks like a public address. */
const metadata: ReadonlySet<string> = new Set(['168.63.129.16'])

const bySystem: Lookup = async (hostname) =>
  (await systemLookup(hostname, { all: true, verbatim: true })).map(({ address }) => address)

/** `10.0.0.0/8`, `fd00::/8`. */
export const networkCheck: Check<string> = (value, place) => {
  if (typeof value === 'string' && ipaddr.isValidCIDR(value)) return value
  throw new PieceworkError(
    'options-invalid',
    `${place.subject}: ${place.path} must be a network such as "10.0.0.0/8".`,
  )
}

interface ResolveOptions {
  readonly allowNetworks?: readonly string[] | undefined
  readonly lookup?: Lookup | undefined
  readonly signal: AbortSignal
  /** Ends the look, and tells that it took too long. */
  readonly late: AbortSignal
}

/**
 * The address to connect to. A name is looked up here, once: its owner may answer otherwise the next time. Throws
 * `webhook/address` if one of its addresses is not public, `webhook/unreachable` if there is none.
 */
export async function resolved(
  hostname: string,
  { allowNetworks = [], lookup = bySystem, signal, late }: ResolveOptions,
): Promise<string> {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = ipaddr.isValid(literal) ? [literal] : await found(hostname, lookup, signal, late)
  for (const address of addresses) {
    if (isPublic(address) || isAllowed(address, allowNetworks)) continue
    throw new PieceworkError('webhook/address', 'The endpoint of a webhook is not at a public address.')
  }
  return addresses[0] ?? literal
}

async function found(
  hostname: string,
  lookup: Lookup,
  signal: AbortSignal,
  late: AbortSignal,
): Promise<readonly string[]> {
  const stopped = AbortSignal.any([signal, late])
  const ended = new AbortController()
  try {
    const aborted = once(stopped, 'abort', { signal: ended.signal }).then(() =>
      Promise.reject(stopped.reason),
    )
    const addresses = await Promise.race([lookup(hostname), aborted])
    if (addresses.length > 0) return addresses
  } catch (cause) {
    signal.throwIfAborted()
    throw unknownHost(cause)
  } finally {
    ended.abort()
  }
  throw unknownHost(undefined)
}

function unknownHost(cause: unknown): PieceworkError {
  const message = 'The host of a webhook is not known.'
  return new PieceworkError('webhook/unreachable', message, { cause, retryable: true })
}

/** Loopback, private, link-local, shared and reserved ranges are not; an IPv4 address in an IPv6 one counts as that. */
function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv6' && !isIn(parsed, globalUnicast)) return false
  return parsed.range() === 'unicast' && !metadata.has(parsed.toString())
}

/** All of IPv6 that is given out (RFC 4291); ranges beside it embed IPv4 addresses or are not routed. */
const globalUnicast = '2000::/3'

function isAllowed(address: string, networks: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return networks.some((network) => isIn(parsed, network))
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, network: string): boolean {
  const [base, bits] = ipaddr.parseCIDR(network)
  return base.kind() === address.kind() && address.match([base, bits] as [typeof address, number])
}
