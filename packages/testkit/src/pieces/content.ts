import assert from 'node:assert/strict'
import type { Finding } from '@piecework/core/store'
import { findingsText } from '../findings-text.js'
import type { Sample } from './piece-laws-options.js'

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** The content with its ids numbered by first appearance: copies that differ in ids only are equal. */
function withoutIds(content: unknown, sample: Sample): unknown {
  const numbers = new Map<string, string>()
  return replaceIds(content, sample, (id) => {
    const known = numbers.get(id) ?? `id ${numbers.size}`
    numbers.set(id, known)
    return known
  })
}

/** The content with all ids replaced that are not shared; those of named members with their table before them. */
function replaceIds(
  content: unknown,
  { shared = [], ids = {} }: Sample,
  replace: (id: string) => string,
): unknown {
  const kept = new Set(shared)
  const unlessKept = (id: string, named: string): string => (kept.has(id) ? id : replace(named))
  const uuids = JSON.stringify(content).replace(uuid, (id) => unlessKept(id, id))
  return JSON.parse(uuids, (member, value: unknown) => {
    if (!Object.hasOwn(ids, member)) return value
    const one = (id: unknown): unknown =>
      typeof id === 'number' || typeof id === 'string' ? unlessKept(String(id), `${ids[member]} ${id}`) : id
    return Array.isArray(value) ? value.map(one) : one(value)
  })
}

/** Fails, with what the copy has told, unless only ids differ. */
export function assertEqualContent(
  copy: unknown,
  source: unknown,
  sample: Sample,
  findings: readonly Omit<Finding, 'piece'>[],
): void {
  try {
    assert.deepEqual(withoutIds(copy, sample), withoutIds(source, sample))
  } catch (error) {
    if (error instanceof Error && findings.length > 0)
      error.message += `\nIt was told:${findingsText(findings)}`
    throw error
  }
}

/** Ids that occur in the content and are not shared. */
export function ownIds(content: unknown, sample: Sample): ReadonlySet<string> {
  const ids = new Set<string>()
  replaceIds(content, sample, (id) => {
    ids.add(id)
    return id
  })
  return ids
}
