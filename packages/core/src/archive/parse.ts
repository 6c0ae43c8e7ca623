import { type CoreErrorCode, PieceworkError } from '../contracts/errors.js'
import type { Schema } from '../contracts/schema.js'
import { entryDefaults, messageDefaults } from '../defaults.js'
import { type JsonBudget, JsonScan } from './json-scan.js'
import { assertWithin } from './limits.js'

const { jsonValues: values, jsonDepth: depth } = entryDefaults

/** What a document of a piece may hold. */
export const documentBudget: JsonBudget = { values, depth }

/** Throws `archive-limit` and `archive-invalid` for a document that `Entries.json` would not read. */
export function assertDocument(path: string, bytes: Uint8Array): void {
  assertWithin(`The size of "${path}"`, bytes.length, entryDefaults.jsonBytes)
  new JsonScan(`Entry "${path}"`, documentBudget).over(bytes)
}

/**
 * Parses a short JSON document and validates it; `archive-invalid` says in one sentence where `what` is wrong.
 * Throws `archive-limit` for what holds too much.
 */
export function parseJson<T>(what: string, bytes: Uint8Array, schema: Schema<T>): T {
  new JsonScan(what, documentBudget).over(bytes)
  return validated(what, jsonOf(what, bytes), schema)
}

function jsonOf(what: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (cause) {
    throw new PieceworkError('archive-invalid', `${what} is not JSON in UTF-8`, { cause })
  }
}

export function validated<T>(
  what: string,
  json: unknown,
  schema: Schema<T>,
  place?: readonly PropertyKey[],
): T {
  return parsed('archive-invalid', what, json, schema, {}, place)
}

/** Throws `code` with one sentence that says where `what` is wrong. */
export function parsed<T>(
  code: CoreErrorCode,
  what: string,
  input: unknown,
  schema: Schema<T>,
  facts: Readonly<Record<string, unknown>> = {},
  /** Where `input` stands in it: `pieces.3`. */
  place: readonly PropertyKey[] = [],
): T {
  try {
    return schema.parse(input)
  } catch (cause) {
    throw new PieceworkError(
      code,
      `${what} is not as it should be: ${faultOf(cause, place).slice(0, messageDefaults.causeCharacters)}`,
      { cause, facts },
    )
  }
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Zod's first issue with its place, or another validator's message. */
function faultOf(cause: unknown, at: readonly PropertyKey[]): string {
  if (cause instanceof RangeError) return 'it is nested too deeply'
  const issues = (cause as { issues?: readonly Issue[] } | undefined)?.issues
  const first = Array.isArray(issues) ? (issues as readonly Issue[])[0] : undefined
  if (!first || !issues) return cause instanceof Error ? cause.message : 'it does not fit its schema'
  const path = [...at, ...first.path]
  const place = path.length > 0 ? `${path.map(String).join('.')}: ` : ''
  const others = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  return `${place}${first.message}${others}`
}
