import { Readable } from 'node:stream'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { PieceworkError } from '@piecework/core'
import type { Outbound } from '@piecework/outbound'
import { s3Defaults } from '../defaults.js'
import { timeToSend } from '../time-to-send.js'

/** What the SDK hands over, signed. */
interface SignedRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

/** The SDK's way out: nothing of it calls anybody else. */
export function requestHandler(
  calls: Outbound,
  signal: AbortSignal,
  wholeMs?: number,
): NonNullable<S3ClientConfig['requestHandler']> {
  const handle = async (request: SignedRequest) => {
    const { method, body = '' } = request
    // Servers refuse before they read, and close the connection: what they say is lost while bytes go out.
    const isLarge = Buffer.byteLength(body) >= s3Defaults.askedBytes
    const asks = method === 'PUT' && (isLarge || request.headers['if-none-match'] !== undefined)
    const headers = { ...request.headers, ...(asks && { expect: '100-continue' }) }
    const answer = await calls.call(urlOf(request), {
      ...{ method, headers, body, signal },
      wholeMs: wholeMs ?? limitOf(request),
    })
    if (answer.isCut)
      throw new PieceworkError(
        'delivery-unreachable',
        'The endpoint of S3 answers with more than S3 does. Check the endpoint.',
      )
    const texts = Object.entries(answer.headers).filter(([, value]) => typeof value === 'string')
    return {
      response: {
        statusCode: answer.status,
        headers: Object.fromEntries(texts) as Record<string, string>,
        // A stream: of others the SDK does not look whether an answer 200 is an error.
        body: Readable.from(answer.body.length === 0 ? [] : [answer.body]),
      },
    }
  }
  return { metadata: { handlerProtocol: 'http/1.1' }, handle } as unknown as NonNullable<
    S3ClientConfig['requestHandler']
  >
}

/** A server may put many parts together before it answers; else time goes by bytes. */
function limitOf({ method, query = {}, body = '' }: SignedRequest): number {
  const completes = method === 'POST' && query.uploadId !== undefined
  return completes ? s3Defaults.completeMs : timeToSend(Buffer.byteLength(body))
}

function urlOf({ protocol, hostname, port, path, query = {} }: SignedRequest): URL {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one: string | null) =>
      one === null ? escaped(name) : `${escaped(name)}=${escaped(one)}`,
    ),
  )
  const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`
  return new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search}`)
}

const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
