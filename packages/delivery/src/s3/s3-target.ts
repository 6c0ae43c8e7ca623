import { PieceworkError } from '@piecework/core'
import { check, checkOptions, type OptionChecks, required, type Target } from '@piecework/core/piece'
import { type OutboundSettings, outboundChecks } from '@piecework/outbound'
import type { CredentialSource } from '../credentials/credential-source.js'
import { s3Defaults } from '../defaults.js'
import { deliverToS3 } from './deliver-to-s3.js'
import { probe } from './probe.js'
import { type S3Calls, s3Calls } from './s3-calls.js'
import { readS3Credential } from './s3-credential.js'
import { type S3Destination, s3Destination } from './s3-destination.js'

export interface S3TargetOptions extends OutboundSettings {
  /** Where the credentials of users are. */
  readonly credentials: CredentialSource
  /** Default: `s3`. */
  readonly name?: string
  /** Of an upload in parts, in bytes; at least 5 MiB, and more where a file has more than 10,000. Default: 8 MiB. */
  readonly partBytes?: number
}

const optionChecks: OptionChecks<S3TargetOptions> = {
  credentials: required(check.having<CredentialSource>('a CredentialSource', 'open', 'revoked')),
  name: check.text,
  partBytes: check.wholeNumber(s3Defaults.leastPartBytes, s3Defaults.mostPartBytes),
  ...outboundChecks,
}

/**
 * Delivers into buckets of S3, and of what speaks like it, with the credentials of users. Nothing of the host's own
 * environment is used: no credentials, regions, endpoints or profiles.
 */
export function s3Target(given: S3TargetOptions): Target<S3Destination> {
  const options = checkOptions('s3Target()', given, optionChecks)
  const { credentials, name = 's3', partBytes = s3Defaults.partBytes, allowNetworks, ca, lookup } = options
  const withCalls = async <T>(
    { destination, principal, signal, wholeMs }: Calling,
    use: (calls: S3Calls) => Promise<T>,
  ): Promise<T> => {
    const opened = await credentials.open(destination.credential, { principal, target: name })
    const credential = readS3Credential(opened)
    if (!credential)
      throw new PieceworkError('delivery-auth', 'The credential is none of S3. Give it again.', {
        facts: { credential: destination.credential },
      })
    const settings = { allowNetworks, ca, lookup }
    const calls = await s3Calls({
      ...{ destination, credential, settings, signal },
      ...(wholeMs !== undefined && { wholeMs }),
    })
    try {
      return await use(calls)
    } finally {
      calls.close()
    }
  }
  return {
    name,
    schema: s3Destination,
    check: async ({
      destination,
      principal,
      size = 0,
      isEstimate,
      signal = new AbortController().signal,
    }) => {
      // What is estimated may well be less.
      if (!isEstimate && size > s3Defaults.mostBytes)
        throw new PieceworkError(
          'delivery-full',
          'S3 takes files of at most 5 TB, and this is larger. Deliver it to another place.',
          { facts: { size, most: s3Defaults.mostBytes } },
        )
      await withCalls({ destination, principal, signal, wholeMs: s3Defaults.probeMs }, (calls) =>
        probe(calls, destination),
      )
    },
    deliver: (context) => withCalls(context, (calls) => deliverToS3(calls, context, partBytes)),
  }
}

interface Calling {
  readonly destination: S3Destination
  readonly principal: Parameters<CredentialSource['open']>[1]['principal']
  readonly signal: AbortSignal
  readonly wholeMs?: number
}
