import type { Entries } from '@piecework/core/piece'

/** A text of an upload's metadata. */
export function metadataText(entries: Entries, role: string, key: string): string | undefined {
  const value = entries.facts(role)?.metadata?.[key]
  return typeof value === 'string' ? value : undefined
}
