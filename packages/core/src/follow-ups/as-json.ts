import { PieceworkError } from '../contracts/errors.js'
import { followUpDefaults } from '../defaults.js'
import { storable } from '../engine/job-error.js'

/** The value as it will be read again. Throws `options-invalid` for what JSON cannot hold, and for too much of it. */
export function asJson(what: string, value: unknown): unknown {
  let text: string | undefined
  try {
    text = JSON.stringify(value ?? null, (_, one: unknown) => (typeof one === 'string' ? storable(one) : one))
  } catch (cause) {
    throw new PieceworkError('options-invalid', `${what} is no plain JSON.`, { cause })
  }
  if (text === undefined) throw new PieceworkError('options-invalid', `${what} is no plain JSON.`)
  const { jsonBytes } = followUpDefaults
  if (Buffer.byteLength(text) > jsonBytes)
    throw new PieceworkError('options-invalid', `${what} is longer than ${jsonBytes} bytes as JSON.`)
  return JSON.parse(text) as unknown
}
