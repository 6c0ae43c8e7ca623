import type { FindingFix } from '@piecework/core/piece'

/**
 * Asks for metadata with an upload. Without a `value` the user must choose one. `byHand`: how it is done without, as people do who
 * have a page and no metadata.
 */
export function metadataFix(
  role: string,
  key: string,
  { value, byHand }: { readonly value?: string | undefined; readonly byHand?: string } = {},
): { readonly hint: string; readonly fix: FindingFix } {
  const name = byHand === undefined ? 'Name' : `${byHand}, or name`
  return {
    hint: `${name} it with the upload: { ${JSON.stringify(key)}: ${JSON.stringify(value ?? '…')} }.`,
    fix: { role, metadata: { [key]: value ?? null } },
  }
}
