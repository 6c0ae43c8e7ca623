import { lookup as systemLookup } from 'node:dns/promises'
import { PieceworkError } from '@piecework/core'
import type { Check } from '@piecework/core/piece'
import ipaddr from 'ipaddr.js'

/** All addresses of a name. */
export type Lookup = (hostname: string) => Promise<readonly string[]>

/** The metadata service of Azure, which looks like a public address; those of others are in ranges that are not public. */
const metadata: ReadonlySet<string> = new Set(['168.63.129.16'])

export const bySystem: Lookup = async (hostname) =>
  (await systemLookup(hostname, { all: true, verbatim: true })).map(({ address }) => address)

/** `10.0.0.0/8`, `fd00::/8`. */
export const networkCheck: Check<string> = (value, place) => {
  if (typeof value === 'string' && ipaddr.isValidCIDR(value)) return value
  throw new PieceworkError(
    'options-invalid',
    `${place.subject}: ${place.path} must be a network such as "10.0.0.0/8".`,
  )
}

/** The address itself where the host of a URL is one, without brackets. */
export function literalAddress(hostname: string): string | undefined {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1')
  return ipaddr.isValid(literal) ? literal : undefined
}

/** Whether it may be called: it is public, or in one of the networks. */
export function isCallable(address: string, networks: readonly string[]): boolean {
  return isPublic(address) || isAllowed(address, networks)
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
