import { isDeepStrictEqual } from 'node:util'
import { PieceworkError } from '../contracts/errors.js'

/** NUL and halves of characters, which PostgreSQL does not keep. */
const unkept = /[\0\p{Cs}]/u

/** As JSON that any store can keep; undefined for what is none. */
export function plainJson(value: unknown): string | undefined {
  let isKept = true
  const look = (name: string, one: unknown): unknown => {
    if (unkept.test(name) || (typeof one === 'string' && unkept.test(one))) isKept = false
    return one
  }
  try {
    const text = JSON.stringify(value, look) as string | undefined
    return isKept ? text : undefined
  } catch {
    return undefined
  }
}

/** As JSON that says all of it; throws `internal` if there is none, or if it is longer than `most` bytes. */
export function boundedJson(what: string, value: unknown, most: number): string {
  const json = exactJson(value)
  const fault =
    json === undefined
      ? 'is not plain JSON'
      : Buffer.byteLength(json) > most &&
        `has ${Buffer.byteLength(json)} bytes as JSON, and ${most} is the most`
  if (json === undefined || fault) throw new PieceworkError('internal', `${what} ${fault}.`)
  return json
}

/** Undefined unless it is the same when it is read again. */
export function exactJson(value: unknown): string | undefined {
  const json = plainJson(value)
  return json !== undefined && isDeepStrictEqual(JSON.parse(json), value) ? json : undefined
}
