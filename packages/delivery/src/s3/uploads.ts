import { PieceworkError } from '@piecework/core'
import { s3Defaults } from '../defaults.js'
import type { Part } from './cut-parts.js'
import { type headersOf, md5 } from './objects.js'
import type { S3Calls } from './s3-calls.js'

/** An upload in parts. */
export interface Upload {
  readonly key: string
  readonly uploadId: string
}

export async function beginUpload(
  calls: S3Calls,
  key: string,
  headers: ReturnType<typeof headersOf>,
): Promise<string> {
  const { UploadId } = await calls.call((client, sdk) =>
    client.send(new sdk.CreateMultipartUploadCommand({ Bucket: calls.bucket, Key: key, ...headers })),
  )
  if (UploadId !== undefined && UploadId !== '' && UploadId.length <= 2000) return UploadId
  throw ofNoUse()
}

/** Its ETag. The server compares the part with its MD5. */
export async function sendPart(
  calls: S3Calls,
  { key, uploadId }: Upload,
  { number, bytes }: Part,
  { digest, signal }: { readonly digest: Buffer; readonly signal: AbortSignal },
): Promise<string> {
  const { ETag } = await calls.call(
    (client, sdk) =>
      client.send(
        new sdk.UploadPartCommand({
          Bucket: calls.bucket,
          Key: key,
          UploadId: uploadId,
          PartNumber: number,
          Body: bytes,
          ContentMD5: digest.toString('base64'),
        }),
      ),
    { signal },
  )
  if (ETag !== undefined && /^"?[\x21\x23-\x7e]{1,64}"?$/.test(ETag)) return ETag.replaceAll('"', '')
  throw ofNoUse()
}

/** The ETag of the whole. */
export async function completeUpload(
  calls: S3Calls,
  { key, uploadId }: Upload,
  { etags, onlyNew }: { readonly etags: readonly string[]; readonly onlyNew: boolean },
): Promise<string | undefined> {
  const { ETag } = await calls.call((client, sdk) =>
    client.send(
      new sdk.CompleteMultipartUploadCommand({
        Bucket: calls.bucket,
        Key: key,
        UploadId: uploadId,
        MultipartUpload: {
          Parts: etags.map((etag, at) => ({ PartNumber: at + 1, ETag: `"${etag}"` })),
        },
        ...(onlyNew && { IfNoneMatch: '*' }),
      }),
    ),
  )
  return ETag?.replaceAll('"', '')
}

/** As well as it goes, whatever the signal of the attempt says by now. */
export async function abortUpload(calls: S3Calls, { key, uploadId }: Upload): Promise<void> {
  const signal = AbortSignal.timeout(s3Defaults.abortMs)
  await calls
    .call(
      (client, sdk) =>
        client.send(
          new sdk.AbortMultipartUploadCommand({ Bucket: calls.bucket, Key: key, UploadId: uploadId }),
        ),
      { signal },
    )
    .catch(() => {})
}

/** MD5 of the MD5s of all parts: what S3 itself says of what it has put together. Undefined: they are no MD5s. */
export function etagOfParts(etags: readonly string[]): string | undefined {
  if (!etags.every((etag) => /^[0-9a-f]{32}$/.test(etag))) return undefined
  return `${md5(Buffer.from(etags.join(''), 'hex')).toString('hex')}-${etags.length}`
}

const ofNoUse = (): PieceworkError =>
  new PieceworkError('delivery-unreachable', 'The endpoint of S3 gave an answer that is none of S3.', {
    retryable: true,
  })
