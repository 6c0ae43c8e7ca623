import type { Entries } from '@piecework/core/piece'

/** The text of a key in the metadata of an upload. */
export function metadataText(entries: Entries, role: string, key: string): string | undefined {
  const value = entries.facts(role)?.metadata?.[key]
  return typeof value === 'string' ? value : undefined
}
