import type { Schema } from '@piecework/core/piece'
import { httpsUrl } from '@piecework/outbound'
import { z } from 'zod'
import { s3Defaults } from '../defaults.js'

/** Endings and beginnings are of buckets that are addressed in other ways. */
const bucket = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'must be the name of a bucket: 3 to 63 small letters, digits, dots and hyphens',
  )
  .refine(
    (name) =>
      !/\.\.|\.-|-\.|^\d+\.\d+\.\d+\.\d+$|^xn--|^sthree-|^amzn-s3-demo-|-s3alias$|--ol-s3$|--x-s3$|\.mrap$|--table-s3$/.test(
        name,
      ),
    'must be the name of a general purpose bucket',
  )

/** It becomes a part of a host's name. */
const region = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a region such as "eu-central-1"')
  .max(40, 'must be a region such as "eu-central-1"')

const endpoint = z
  .string()
  .max(300)
  .transform((given, context) => {
    const url = httpsUrl(given)
    const why =
      typeof url === 'string'
        ? url
        : url.pathname !== '/' || url.search !== '' || url.hash !== ''
          ? 'must not hold a path, a query or a fragment'
          : undefined
    if (why === undefined) return (url as URL).origin
    context.addIssue({ code: 'custom', message: why })
    return z.NEVER
  })

/** Controls, halves of characters, and what turns the direction of reading. */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u

const isPart = (part: string): boolean =>
  part !== '' && part !== '.' && part !== '..' && !unseen.test(part) && !part.includes('\\')

const prefix = z
  .string()
  .transform((given) => given.replace(/\/$/, ''))
  .refine(
    (path) => path.split('/').every(isPart) && Buffer.byteLength(path) <= s3Defaults.keyBytes - 260,
    'must be folders such as "exports/2026": no empty ones, no ".." and no control characters',
  )

const fileName = z
  .string()
  .refine(
    (name) => isPart(name) && !name.includes('/') && Buffer.byteLength(name) <= 200,
    'must be a file name: at most 200 bytes, no slashes and no control characters',
  )

export const s3Destination: Schema<S3Destination> = z.strictObject({
  bucket,
  prefix: prefix.optional(),
  region: region.optional(),
  endpoint: endpoint.optional(),
  credential: z.string().min(1, 'must name a credential').max(200, 'must name a credential'),
  fileName: fileName.optional(),
})

export interface S3Destination {
  readonly bucket: string
  /** Folders in it, such as `exports/2026`. Absent: none. */
  readonly prefix?: string | undefined
  /** Absent: `us-east-1`. */
  readonly region?: string | undefined
  /** `https://objects.example.org`; absent: that of AWS for the region. */
  readonly endpoint?: string | undefined
  /** The id of one that the principal has given to the host. */
  readonly credential: string
  /** Absent: that of the output. */
  readonly fileName?: string | undefined
}

export const defaultRegion = 'us-east-1'

/** The host that is called, and whether the bucket stands in the path. */
export function s3Endpoint({ endpoint, region = defaultRegion, bucket }: S3Destination): {
  readonly url: string
  readonly inPath: boolean
} {
  if (endpoint !== undefined) return { url: endpoint, inPath: true }
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  // A certificate for all buckets fits no name with a dot.
  return { url: `https://s3.${region}.${domain}`, inPath: bucket.includes('.') }
}
