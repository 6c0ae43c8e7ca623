export { type Lookup, networkCheck } from './addresses.js'
export { httpsUrl } from './https-url.js'
export { type Outbound, type OutboundCall, outbound } from './outbound.js'
export {
  type OutboundOptions,
  type OutboundSettings,
  type OutboundTimes,
  type OutboundWords,
  outboundChecks,
} from './outbound-options.js'
export { retryAfterMs } from './retry-after.js'
export type { Answer, StreamedAnswer } from './send.js'
