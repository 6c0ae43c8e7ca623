import type { Schema } from '@piecework/core/piece'
import { z } from 'zod'

const form = z.strictObject({
  refreshToken: z.string().min(1).max(1000),
  accountId: z.string().max(200).optional(),
  /** Of the app that was let in. */
  appKey: z.string().max(200).optional(),
  /** For its owner. */
  label: z.string().max(200).optional(),
})

export interface DropboxCredential {
  readonly refreshToken: string
  readonly accountId?: string | undefined
  readonly appKey?: string | undefined
  readonly label?: string | undefined
}

/** What a credential for Dropbox holds: kept sealed, and never shown. */
export const dropboxCredential: Schema<DropboxCredential> = form

/** Undefined if it is none. */
export const readDropboxCredential = (opened: unknown): DropboxCredential | undefined =>
  form.safeParse(opened).data
