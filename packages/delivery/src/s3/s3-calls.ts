import { setTimeout as wait } from 'node:timers/promises'
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { isPieceworkError } from '@piecework/core'
import { type OutboundSettings, outbound } from '@piecework/outbound'
import { s3Defaults } from '../defaults.js'
import { requestHandler } from './request-handler.js'
import type { S3Credential } from './s3-credential.js'
import { defaultRegion, type S3Destination, s3Endpoint } from './s3-destination.js'
import { isRaced, s3Error } from './s3-error.js'

type Sdk = typeof import('@aws-sdk/client-s3')

/** Calls to one bucket, in a user's name. */
export interface S3Calls {
  readonly bucket: string
  /** What fails and may pass is called again, a few times. Throws a PieceworkError that tells the user what to do. */
  call<T>(run: (client: S3Client, sdk: Sdk) => Promise<T>, options?: CallOptions): Promise<T>
  close(): void
}

interface CallOptions {
  /** Default: that of the calls. */
  readonly signal?: AbortSignal
  readonly tries?: number
}

interface CallsOptions {
  readonly destination: S3Destination
  readonly credential: S3Credential
  readonly settings: OutboundSettings
  /** Of one call. Default: by the bytes that it sends. */
  readonly wholeMs?: number
  readonly signal: AbortSignal
}

const words = { of: 'S3', address: 'delivery-address', unreachable: 'delivery-unreachable' } as const

export async function s3Calls(options: CallsOptions): Promise<S3Calls> {
  const { destination, settings, wholeMs } = options
  const times = wholeMs === undefined ? {} : { wholeMs }
  const sdk = await import('@aws-sdk/client-s3')
  const calls = outbound({ ...settings, words, times })
  const clients = new WeakMap<AbortSignal, S3Client>()
  const clientOf = (signal: AbortSignal): S3Client => {
    const client =
      clients.get(signal) ??
      new sdk.S3Client({ ...explicit(options), requestHandler: requestHandler(calls, signal, wholeMs) })
    clients.set(signal, client)
    // It would tell the endpoint which call of a Lambda function this is.
    client.middlewareStack.remove('recursionDetectionMiddleware')
    return client
  }
  const once = async <T>(
    run: (client: S3Client, sdk: Sdk) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    try {
      return await run(clientOf(signal), sdk)
    } catch (error) {
      throw s3Error(error, destination, signal)
    }
  }
  return {
    bucket: destination.bucket,
    call: async (run, { signal = options.signal, tries = s3Defaults.tries } = {}) => {
      for (let tried = 1; ; tried++) {
        signal.throwIfAborted()
        try {
          return await once(run, signal)
        } catch (error) {
          const pause = tried < tries ? pauseBefore(error, tried) : undefined
          if (pause === undefined) throw error
          await wait(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
        }
      }
    },
    close: () => calls.close(),
  }
}

/** Ms. Undefined: not again in this attempt. A server that hangs may take the time of the next one. */
function pauseBefore(error: unknown, tried: number): number | undefined {
  if (!isPieceworkError(error) || !error.retryable || isRaced(error)) return undefined
  if (error.facts.timedOut === true) return undefined
  const asked = typeof error.facts.retryAfterMs === 'number' ? error.facts.retryAfterMs : 0
  const pause = Math.max(asked, s3Defaults.waitMs * 2 ** (tried - 1))
  return pause <= s3Defaults.longestWaitMs ? pause : undefined
}

/** All that the SDK would otherwise take from the environment, the files or the metadata service of the host. */
function explicit({ destination, credential }: CallsOptions): S3ClientConfig {
  const { accessKeyId, secretAccessKey, sessionToken } = credential
  const { region = defaultRegion } = destination
  const { url, inPath } = s3Endpoint(destination)
  return {
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    credentialDefaultProvider: () => () => Promise.reject(new Error('No credential of the host is used.')),
    region,
    endpoint: url,
    ignoreConfiguredEndpointUrls: true,
    forcePathStyle: inPath,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    defaultsMode: 'standard',
    maxAttempts: 1,
    retryMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    useArnRegion: false,
    useAccelerateEndpoint: false,
    useGlobalEndpoint: false,
    disableMultiregionAccessPoints: true,
    disableS3ExpressSessionAuth: true,
    followRegionRedirects: false,
    expectContinueHeader: false,
    authSchemePreference: ['sigv4'],
    sigv4aSigningRegionSet: [region],
    userAgentAppId: async () => undefined,
    defaultUserAgentProvider: async (): Promise<[string, string][]> => [['piecework', '1']],
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  }
}
