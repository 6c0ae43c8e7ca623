import { parseArray } from '../database/parse-array.js'
import type { JsonStep } from './json-path.js'
import { keyFamily } from './key-family.js'
import { sharedNumberPrefix, sharedPrefix } from './shared-prefix.js'
import type { ContainedTarget, ContainerPlan } from './table-plan.js'
import { idsInText } from './text-sql.js'

/** Stable keys of shared rows in a value of a file. */
export function* sharedKeysIn(
  text: string | null,
  container: ContainerPlan,
  target: ContainedTarget,
): Iterable<string> {
  if (!text?.includes(sharedPrefix) && !text?.includes(sharedNumberPrefix)) return
  for (const leaf of leavesIn(text, container, target)) {
    if (typeof leaf !== 'string') continue
    const prefix = [sharedPrefix, sharedNumberPrefix].find((each) => leaf.startsWith(each))
    if (prefix) yield leaf.slice(prefix.length)
  }
}

/** Stable keys, from pairs of key and id, of the ids in a value of a file. */
export function* lookupKeysIn(
  text: string | null,
  keys: string | null,
  container: ContainerPlan,
  target: ContainedTarget,
): Iterable<string> {
  const pairs = parseJson(keys)
  if (!Array.isArray(pairs)) return
  const byId = new Map<unknown, unknown>()
  for (const pair of pairs) if (Array.isArray(pair)) byId.set(pair[1], pair[0])
  for (const leaf of leavesIn(text, container, target)) {
    const key = typeof leaf === 'string' || typeof leaf === 'number' ? byId.get(String(leaf)) : undefined
    if (typeof key === 'string' || typeof key === 'number') yield String(key)
    else if (Array.isArray(key)) yield jsonArrayText(key.map(String))
  }
}

/** Ids in a value of a file, without those of shared rows. */
export function* idsIn(
  text: string | null,
  container: ContainerPlan,
  target: ContainedTarget,
): Iterable<string> {
  const numbers = keyFamily(target.keyColumn) === 'integer'
  for (const leaf of leavesIn(text, container, target)) {
    if (typeof leaf !== 'string' && !(numbers && typeof leaf === 'number')) continue
    const id = String(leaf)
    if (!id.startsWith(sharedPrefix) && !id.startsWith(sharedNumberPrefix)) yield id
  }
}

/** As the database writes it. */
export const jsonArrayText = (texts: readonly string[]): string =>
  `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`

function* leavesIn(
  text: string | null,
  { form, column }: ContainerPlan,
  target: ContainedTarget,
): Iterable<unknown> {
  const { path } = target
  if (form === 'array') yield* elementsOf(text)
  else if (form === 'text') yield* idsInText(text ?? '', target)
  else {
    const documents = column.base.startsWith('_') ? parseArray(text ?? '{}') : [text]
    for (const document of documents) yield* leavesOf(parseJson(document), path)
  }
}

/** Of any number of dimensions. */
function* elementsOf(text: string | null): Iterable<string> {
  for (const [token] of (text ?? '').replace(/^[^{]*=/, '').matchAll(/"(?:[^"\\]|\\.)*"|[^{},"]+/gs)) {
    if (token.startsWith('"')) yield token.slice(1, -1).replace(/\\(.)/gs, '$1')
    else if (token !== 'NULL') yield token
  }
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
    if (step === 'names') yield* Object.keys(value)
    else if (step === 'every') for (const inner of Object.values(value)) yield* leavesOf(inner, rest)
    else if (!Array.isArray(value) && Object.hasOwn(value, step.member)) {
      yield* leavesOf((value as Readonly<Record<string, unknown>>)[step.member], rest)
    }
  }
}
