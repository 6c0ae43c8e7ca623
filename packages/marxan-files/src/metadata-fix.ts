import type { FindingFix } from '@piecework/core/piece'

/** Asks for metadata with an upload. Without a value the user must choose one. */
export const metadataFix = (
  role: string,
  key: string,
  value?: string,
): { readonly hint: string; readonly fix: FindingFix } => ({
  hint: `Name it with the upload: { ${JSON.stringify(key)}: ${JSON.stringify(value ?? '…')} }.`,
  fix: { role, metadata: { [key]: value ?? null } },
})
