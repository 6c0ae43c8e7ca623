import { type CoreErrorCode, PieceworkError } from '../contracts/errors.js'
import type { Schema } from '../contracts/schema.js'

/** Parses a JSON document and validates it; `archive-invalid` says in one sentence where `what` is wrong. */
export function parseJson<T>(what: string, bytes: Uint8Array, schema: Schema<T>): T {
  return validated(what, jsonOf(what, bytes), schema)
}

export function jsonOf(what: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (cause) {
    throw new PieceworkError('archive-invalid', `${what} is not JSON in UTF-8`, { cause })
  }
}

export function validated<T>(what: string, json: unknown, schema: Schema<T>): T {
  return parsed('archive-invalid', what, json, schema)
}

/** Throws `code` with one sentence that says where `what` is wrong. */
export function parsed<T>(
  code: CoreErrorCode,
  what: string,
  input: unknown,
  schema: Schema<T>,
  facts: Readonly<Record<string, unknown>> = {},
): T {
  try {
    return schema.parse(input)
  } catch (cause) {
    throw new PieceworkError(code, `${what} is not as it should be: ${faultOf(cause)}`, { cause, facts })
  }
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Zod's first issue with its place, or another validator's message. */
function faultOf(cause: unknown): string {
  if (cause instanceof RangeError) return 'it is nested too deeply'
  const issues = (cause as { issues?: readonly Issue[] } | undefined)?.issues
  const first = Array.isArray(issues) ? (issues as readonly Issue[])[0] : undefined
  if (!first || !issues) return cause instanceof Error ? cause.message : 'it does not fit its schema'
  const place = first.path.length > 0 ? `${first.path.map(String).join('.')}: ` : ''
  const others = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  return `${place}${first.message}${others}`
}
