import { createHash } from 'node:crypto'
import { PieceworkError } from '@piecework/core'
import type { DeliveredFile } from '@piecework/core/piece'
import type { S3Calls } from './s3-calls.js'
import { isRefusal } from './s3-error.js'

/** What stands at a key. */
export interface Seen {
  readonly size: number
  /** Of the delivery that has put it there. Undefined: it belongs to another. */
  readonly delivery: string | undefined
  readonly sha256: string | undefined
}

/** `denied` where the credential may not look, or where that is not told. */
export async function look(calls: S3Calls, key: string): Promise<Seen | 'absent' | 'denied'> {
  try {
    const found = await calls.call((client, sdk) =>
      client.send(new sdk.HeadObjectCommand({ Bucket: calls.bucket, Key: key })),
    )
    const { 'piecework-key': delivery, sha256 } = found.Metadata ?? {}
    return { size: found.ContentLength ?? -1, delivery, sha256 }
  } catch (error) {
    if (isRefusal(error, 404)) return 'absent'
    // An answer without a body: what is wrong, the call that writes will tell.
    if (isRefusal(error, 400, 401, 403, 405)) return 'denied'
    throw error
  }
}

/** How an object is to be served, and whose it is. */
export function headersOf(
  { mediaType, sha256 }: Pick<DeliveredFile, 'mediaType' | 'sha256'>,
  fileName: string,
  delivery: string,
) {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const full = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  )
  return {
    ContentType: mediaType,
    ContentDisposition: `attachment; filename="${plain}"; filename*=UTF-8''${full}`,
    Metadata: { 'piecework-key': markOf(delivery), sha256 },
  }
}

/** A delivery's key, as a header can hold it. */
export function markOf(delivery: string): string {
  return /^[\x21-\x7e]{1,500}$/.test(delivery)
    ? delivery
    : createHash('sha256').update(delivery).digest('hex')
}

interface Putting {
  readonly key: string
  readonly bytes: Buffer
  readonly headers?: ReturnType<typeof headersOf>
  /** Refused with 412 if there is something by then. */
  readonly onlyNew: boolean
  readonly tries?: number
}

export async function put(calls: S3Calls, { key, bytes, headers, onlyNew, tries }: Putting): Promise<void> {
  await calls.call(
    (client, sdk) =>
      client.send(
        new sdk.PutObjectCommand({
          Bucket: calls.bucket,
          Key: key,
          Body: bytes,
          ContentMD5: md5(bytes).toString('base64'),
          ...headers,
          ...(onlyNew && { IfNoneMatch: '*' }),
        }),
      ),
    tries === undefined ? {} : { tries },
  )
}

export const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest()

/** False where the credential may not delete. */
export async function remove(calls: S3Calls, key: string): Promise<boolean> {
  try {
    await calls.call(
      (client, sdk) => client.send(new sdk.DeleteObjectCommand({ Bucket: calls.bucket, Key: key })),
      { tries: 1 },
    )
    return true
  } catch (error) {
    if (isRefusal(error, 'NoSuchKey')) return true
    if (error instanceof PieceworkError && error.code === 'delivery-denied') return false
    throw error
  }
}
