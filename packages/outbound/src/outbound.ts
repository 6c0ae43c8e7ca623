import { once } from 'node:events'
import { Agent } from 'node:https'
import { isIPv6 } from 'node:net'
import { rootCertificates } from 'node:tls'
import { isPieceworkError, PieceworkError } from '@piecework/core'
import { checkOptions } from '@piecework/core/piece'
import { bySystem, isCallable, literalAddress } from './addresses.js'
import { defaults } from './defaults.js'
import { httpsUrl } from './https-url.js'
import { type OutboundOptions, optionChecks } from './outbound-options.js'
import { type Answer, type ReadAnswer, readStreamed, readWhole, type StreamedAnswer, send } from './send.js'

export interface OutboundCall {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  readonly signal: AbortSignal
  /** Default: that of all calls. */
  readonly wholeMs?: number
}

/** Calls to addresses that users have chosen. */
export interface Outbound {
  /**
   * One call; a redirect is an answer like any other. Throws the words' `address` for what is not https or not public, and
   * `unreachable`, which is retryable, where there is no answer.
   */
  call(url: URL, call: OutboundCall): Promise<Answer>
  /** The same, for an answer that is read as it comes. `wholeMs` is for all of it; what breaks it off, its body throws. */
  stream(url: URL, call: OutboundCall): Promise<StreamedAnswer>
  /** Closes its connections. */
  close(): void
}

/**
 * A name is looked up once, at the first call, and each later one, too, is connected to that address: the name's owner
 * may answer otherwise the next time. Environment variables about proxies are not heard.
 */
export function outbound(given: OutboundOptions): Outbound {
  const options = checkOptions('outbound()', given, optionChecks)
  const { words, ca, times = {} } = options
  const { idleMs, connectMs } = times
  const pinned = new Map<string, Promise<string>>()
  const agent = new Agent({
    keepAlive: true,
    maxSockets: defaults.sockets,
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
  })
  const addressOf = (hostname: string): Promise<string> => {
    const known = pinned.get(hostname) ?? resolved(hostname, options)
    pinned.set(hostname, known)
    // What could not be looked up may be at the next call.
    known.catch(() => pinned.delete(hostname))
    return known
  }
  const call = async <T>(
    url: URL,
    { method, headers = {}, body = '', signal, wholeMs = times.wholeMs ?? defaults.wholeMs }: OutboundCall,
    read: (failed: (cause: unknown) => unknown) => ReadAnswer<T>,
  ): Promise<T> => {
    signal.throwIfAborted()
    const valid = httpsUrl(url.href)
    if (typeof valid === 'string')
      throw new PieceworkError(words.address, `The endpoint of ${words.of} ${valid}.`)
    const late = AbortSignal.timeout(wholeMs)
    const stopped = AbortSignal.any([signal, late])
    const failed = (cause: unknown): unknown => {
      if (signal.aborted) return signal.reason
      if (isPieceworkError(cause)) return cause
      return unreachable(words, cause, late.aborted ? wholeMs : undefined)
    }
    try {
      const address = await unless(stopped, addressOf(url.hostname))
      const pin = { address, family: isIPv6(address) ? 6 : 4 } as const
      const sending = { method, headers, body, agent, pin, idleMs, connectMs, signal: stopped }
      return await send(valid, sending, read(failed))
    } catch (cause) {
      throw failed(cause)
    }
  }
  return {
    call: (url, given) => call(url, given, () => readWhole),
    stream: (url, given) =>
      call(url, given, (failed) => async (answer, calling) => {
        const streamed = await readStreamed(answer, calling)
        return { ...streamed, body: telling(streamed.body, failed) }
      }),
    close: () => agent.destroy(),
  }
}

async function* telling(
  body: AsyncIterable<Uint8Array>,
  failed: (cause: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw failed(cause)
  }
}

/** The address to connect to. All that a name has must be callable. */
async function resolved(
  hostname: string,
  { words, lookup = bySystem, allowNetworks = [] }: OutboundOptions,
): Promise<string> {
  const literal = literalAddress(hostname)
  const addresses = literal === undefined ? await found(hostname, lookup, words) : [literal]
  if (!addresses.every((address) => isCallable(address, allowNetworks)))
    throw new PieceworkError(words.address, `The endpoint of ${words.of} is not at a public address.`)
  return addresses[0] as string
}

async function found(
  hostname: string,
  lookup: (hostname: string) => Promise<readonly string[]>,
  words: OutboundOptions['words'],
): Promise<readonly string[]> {
  let cause: unknown
  try {
    const addresses = await lookup(hostname)
    if (addresses.length > 0) return addresses
  } catch (error) {
    cause = error
  }
  const message = `The host of ${words.of} is not known.`
  throw new PieceworkError(words.unreachable, message, { cause, retryable: true })
}

/** What it comes to, but for the signal. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const ended = new AbortController()
  try {
    const aborted = once(signal, 'abort', { signal: ended.signal }).then(() => Promise.reject(signal.reason))
    return await Promise.race([work, aborted])
  } finally {
    ended.abort()
  }
}

function unreachable(
  { of, unreachable: code }: OutboundOptions['words'],
  cause: unknown,
  wholeMs: number | undefined,
): PieceworkError {
  if (wholeMs !== undefined)
    return new PieceworkError(
      code,
      `The endpoint of ${of} gave no whole answer within ${wholeMs / 1000} s.`,
      {
        cause,
        retryable: true,
        facts: { timedOut: true },
      },
    )
  const systemCode = codeOf(cause)
  return new PieceworkError(
    code,
    `The endpoint of ${of} could not be called${systemCode && ` (${systemCode})`}.`,
    {
      cause,
      retryable: true,
      ...(systemCode === 'ETIMEDOUT' && { facts: { timedOut: true } }),
    },
  )
}

/** Of Node.js or of TLS: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
function codeOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : ''
}
