import { lookup as systemLookup } from 'node:dns/promises'
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

/**
 * The address to connect to. A name is looked up here, once: its owner may answer otherwise the next time. Throws
 * `webhook/address` if one of its addresses is not public.
 */
export async function resolved(
  hostname: string,
  {
    allowNetworks = [],
    lookup = bySystem,
  }: {
    readonly allowNetworks?: readonly string[] | undefined
    readonly lookup?: Lookup | undefined
  },
): Promise<string> {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = ipaddr.isValid(literal) ? [literal] : await found(hostname, lookup)
  for (const address of addresses) {
    if (isPublic(address) || isAllowed(address, allowNetworks)) continue
    throw new PieceworkError('webhook/address', 'The endpoint of a webhook is not at a public address.')
  }
  return addresses[0] ?? literal
}

async function found(hostname: string, lookup: Lookup): Promise<readonly string[]> {
  const addresses = await lookup(hostname).catch((cause: unknown) => {
    throw unknownHost(cause)
  })
  if (addresses.length === 0) throw unknownHost(undefined)
  return addresses
}

function unknownHost(cause: unknown): PieceworkError {
  const message = 'The host of a webhook is not known.'
  return new PieceworkError('webhook/unreachable', message, { cause, retryable: true })
}

/** Loopback, private, link-local, shared and reserved ranges are not; an IPv4 address in an IPv6 one counts as that. */
function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return parsed.range() === 'unicast' && !metadata.has(parsed.toString())
}

function isAllowed(address: string, networks: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network)
    return base.kind() === parsed.kind() && parsed.match([base, bits] as [typeof parsed, number])
  })
}
