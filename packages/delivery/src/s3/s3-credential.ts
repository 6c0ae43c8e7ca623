import { z } from 'zod'

const visible = (most: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`), `must be 1 to ${most} characters without spaces`)

/** What a user gives for a bucket; kept sealed. */
export const s3Credential = z.strictObject({
  accessKeyId: visible(256).refine((id) => !/[/,=]/.test(id), 'must be an access key id'),
  secretAccessKey: visible(512),
  /** Of keys that are for a while. */
  sessionToken: visible(8192).optional(),
})

export type S3Credential = z.infer<typeof s3Credential>
