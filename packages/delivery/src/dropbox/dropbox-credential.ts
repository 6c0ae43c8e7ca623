import { z } from 'zod'

/** What a credential for Dropbox holds: kept sealed, and never shown. */
export const dropboxCredential = z.strictObject({
  refreshToken: z.string().min(1).max(1000),
  accountId: z.string().max(200).optional(),
  /** For its owner. */
  label: z.string().max(200).optional(),
})

export type DropboxCredential = z.infer<typeof dropboxCredential>
