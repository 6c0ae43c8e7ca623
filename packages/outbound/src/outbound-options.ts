import type { ErrorCode } from '@piecework/core'
import { check, type OptionChecks, objectCheck, required } from '@piecework/core/piece'
import { type Lookup, networkCheck } from './addresses.js'

/** What the host decides about calls to addresses that users have chosen. */
export interface OutboundSettings {
  /** Networks (`10.0.0.0/8`) beside the public ones that may be called. Default: none. */
  readonly allowNetworks?: readonly string[] | undefined
  /** Certificates (PEM) that are trusted beside those of Node.js. */
  readonly ca?: string | undefined
  /** All addresses of a name. Default: those of the system. */
  readonly lookup?: Lookup | undefined
}

/** How its errors speak. */
export interface OutboundWords {
  /** As in `The endpoint of … is not at a public address.` */
  readonly of: string
  /** Where a user has chosen what may not be called. */
  readonly address: ErrorCode
  /** Where there is no answer. */
  readonly unreachable: ErrorCode
}

/** In ms. */
export interface OutboundTimes {
  /** Name looked up, connected, certificate seen. Default: 10 s. */
  readonly connectMs?: number
  /** No byte goes either way. Default: 30 s. */
  readonly idleMs?: number
  /** All of a call. Default: 15 minutes. */
  readonly wholeMs?: number
}

export interface OutboundOptions extends OutboundSettings {
  readonly words: OutboundWords
  readonly times?: OutboundTimes
}

/** For functions that take these settings among their own options. */
export const outboundChecks: OptionChecks<OutboundSettings> = {
  allowNetworks: check.list(networkCheck),
  ca: check.text,
  lookup: check.func<Lookup>(),
}

export const optionChecks: OptionChecks<OutboundOptions> = {
  ...outboundChecks,
  words: required(
    objectCheck<OutboundWords>({
      of: required(check.text),
      address: required(check.text as never),
      unreachable: required(check.text as never),
    }),
  ),
  times: objectCheck<OutboundTimes>({ connectMs: check.count, idleMs: check.count, wholeMs: check.count }),
}
