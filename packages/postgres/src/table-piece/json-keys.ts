import { parseArray } from '../database/parse-array.js'
import type { JsonStep } from './json-path.js'
import { sharedPrefix } from './json-value.js'

/** Stable keys of shared rows at `path` of a document, or of each document of an array. */
export function* sharedKeysIn(
  text: string | null | undefined,
  path: readonly JsonStep[],
  base: string,
): Iterable<string> {
  if (!text?.includes(sharedPrefix)) return
  for (const leaf of leavesIn(text, path, base)) {
    if (typeof leaf === 'string' && leaf.startsWith(sharedPrefix)) yield leaf.slice(sharedPrefix.length)
  }
}

/** Stable keys, from pairs of key and id, of the ids at `path` of a document. */
export function* lookupKeysIn(
  text: string | null | undefined,
  keys: string | null | undefined,
  path: readonly JsonStep[],
  base: string,
): Iterable<string> {
  const pairs = parseJson(keys)
  if (!Array.isArray(pairs)) return
  const byId = new Map<unknown, unknown>()
  for (const pair of pairs) if (Array.isArray(pair)) byId.set(pair[1], pair[0])
  for (const leaf of leavesIn(text, path, base)) {
    const key = typeof leaf === 'string' ? byId.get(leaf) : undefined
    if (typeof key === 'string' || typeof key === 'number') yield String(key)
  }
}

function* leavesIn(
  text: string | null | undefined,
  path: readonly JsonStep[],
  base: string,
): Iterable<unknown> {
  const documents = base.startsWith('_') ? parseArray(text ?? '{}') : [text]
  for (const document of documents) yield* leavesOf(parseJson(document), path)
}

/** Undefined for a text that is no JSON, which the check of values reports. */
function parseJson(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}

function* leavesOf(value: unknown, path: readonly JsonStep[]): Iterable<unknown> {
  const [step, ...rest] = path
  if (step === undefined) yield value
  else if (typeof value === 'object' && value !== null) {
    if (step === 'every') for (const inner of Object.values(value)) yield* leavesOf(inner, rest)
    else if (!Array.isArray(value) && Object.hasOwn(value, step.member)) {
      yield* leavesOf((value as Readonly<Record<string, unknown>>)[step.member], rest)
    }
  }
}
