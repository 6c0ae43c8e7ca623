import { type ErrorCode, PieceworkError } from '@piecework/core/piece'
import type { OutboundWords } from '@piecework/outbound'

export const apiWords: OutboundWords = {
  of: 'the API',
  address: 'tenure/api-address',
  unreachable: 'tenure/api-unreachable',
}

/** What the API has sent is not what it should be. */
export const invalidPage = (where: string, what: string, cause?: unknown): PieceworkError =>
  new PieceworkError('tenure/api-invalid', `${where}: ${what}.`, { cause })

/** An address that is not called. What it was is not told: it may be anything. */
export const wrongAddress = (where: string, why: string): PieceworkError =>
  new PieceworkError(apiWords.address, `${where} ${why}.`)

/** Of a list that was read while rows were added or deleted: the engine begins again. */
export const changedMeanwhile = (where: string, what: string): PieceworkError =>
  new PieceworkError('source-changed', `${where}: ${what}; rows were added or deleted meanwhile.`, {
    retryable: true,
  })

/** All attempts are over: another one of the engine's would do them again. */
export function withoutRetry(error: PieceworkError): PieceworkError {
  const { code, message, facts, cause } = error
  return new PieceworkError(code as ErrorCode, message, { facts, cause })
}
