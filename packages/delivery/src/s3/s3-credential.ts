import type { Schema } from '@piecework/core/piece'
import { z } from 'zod'

const visible = (most: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`), `must be 1 to ${most} characters without spaces`)

const form = z.strictObject({
  accessKeyId: visible(256).refine((id) => !/[/,=]/.test(id), 'must be an access key id'),
  secretAccessKey: visible(512),
  /** Of keys that are for a while. */
  sessionToken: visible(8192).optional(),
})

export interface S3Credential {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** What a user gives for a bucket; kept sealed. */
export const s3Credential: Schema<S3Credential> = form

/** Undefined if it is none. */
export const readS3Credential = (opened: unknown): S3Credential | undefined => form.safeParse(opened).data
