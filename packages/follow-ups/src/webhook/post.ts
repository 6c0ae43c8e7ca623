import { request } from 'node:https'
import { isIPv6 } from 'node:net'
import { rootCertificates } from 'node:tls'
import { isPieceworkError, PieceworkError } from '@piecework/core'
import { defaults } from '../defaults.js'

export interface Call {
  /** That is connected to, whatever the name resolves to by now. */
  readonly address: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly ca: string | undefined
  readonly signal: AbortSignal
  /** Ends the call, and tells that it took too long. */
  readonly late: AbortSignal
}

export interface Answer {
  readonly status: number
  /** As the header has it. */
  readonly retryAfter?: string
}

/** One call; redirects are answers like any other. Throws `webhook/unreachable`. */
export async function post(url: URL, call: Call): Promise<Answer> {
  const { late } = call
  try {
    return await answered(url, call, AbortSignal.any([call.signal, late]))
  } catch (cause) {
    call.signal.throwIfAborted()
    if (isPieceworkError(cause)) throw cause
    throw new PieceworkError('webhook/unreachable', unreachable(cause, late), { cause, retryable: true })
  }
}

function answered(url: URL, { address, body, headers, ca }: Call, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const family = isIPv6(address) ? 6 : 4
    const calling = request(
      url,
      {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        lookup: (_, { all }, done) => (all ? done(null, [{ address, family }]) : done(null, address, family)),
        ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
        signal,
      },
      (answer) => {
        const { statusCode: status = 0, headers: answerHeaders } = answer
        const retryAfter = answerHeaders['retry-after']
        let size = 0
        const end = () => resolve({ status, ...(retryAfter !== undefined && { retryAfter }) })
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size <= defaults.answerBytes) return
          end()
          calling.destroy()
        })
        answer.on('end', end)
        answer.on('error', reject)
      },
    )
    calling.on('error', reject)
    calling.end(body)
  })
}

function unreachable(cause: unknown, late: AbortSignal): string {
  if (late.aborted)
    return `The endpoint of a webhook gave no whole answer within ${defaults.webhookTimeoutMs / 1000} s.`
  const code = codeOf(cause)
  return `The endpoint of a webhook could not be called${code && ` (${code})`}.`
}

/** Of Node.js or of TLS: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
function codeOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : ''
}
