import { once } from 'node:events'
import { PieceworkError } from '@piecework/core'
import type { DeliverContext } from '@piecework/core/piece'
import { s3Defaults } from '../defaults.js'
import { cutParts, type Part } from './cut-parts.js'
import { headersOf, look, markOf, md5 } from './objects.js'
import type { Place } from './place.js'
import type { S3Calls } from './s3-calls.js'
import type { S3Destination } from './s3-destination.js'
import { isRefusal } from './s3-error.js'
import { partsOf, type UploadState } from './upload-state.js'
import { beginUpload, completeUpload, etagOfParts, sendPart, type Upload } from './uploads.js'

export interface Uploading {
  readonly place: Place
  readonly partBytes: number
  /** Of an earlier attempt, to the same place or another. */
  readonly kept: UploadState | undefined
}

/** Begins an upload, and keeps its id. */
export async function beginning(
  calls: S3Calls,
  { file, key: delivery, state }: DeliverContext<S3Destination>,
  { place, partBytes }: Uploading,
): Promise<UploadState> {
  const { size, sha256 } = file
  const uploadId = await beginUpload(calls, place.key, headersOf(file, place.name, delivery))
  const etags = Array.from({ length: partsOf({ size, partBytes }) }, () => null)
  const begun = { uploadId, name: place.name, size, sha256, partBytes, etags }
  await state.put(begun)
  return begun
}

/** Sends the parts that were not taken yet, some at once. Returns the ETags of all. */
export async function sendParts(
  calls: S3Calls,
  context: DeliverContext<S3Destination>,
  upload: Upload,
  begun: UploadState,
): Promise<{ readonly etags: readonly string[]; readonly areMd5: boolean }> {
  const { file, state, progress } = context
  const { partBytes, size } = begun
  const etags = [...begun.etags]
  const sizeOf = (number: number) => Math.min(partBytes, size - (number - 1) * partBytes)
  let done = etags.reduce((sum, etag, at) => sum + (etag === null ? 0 : sizeOf(at + 1)), 0)
  let sent = 0
  let same = 0
  const keep = keeping(
    () => state.put({ ...begun, etags: [...etags] }),
    Math.ceil(etags.length / s3Defaults.statesKept),
  )
  const slots = Math.max(1, Math.min(s3Defaults.partsAtOnce, Math.floor(s3Defaults.bytesAtOnce / partBytes)))
  /** Undefined: it may be made. */
  const free: (Buffer | undefined)[] = Array.from({ length: slots }, () => undefined)
  const running = new Set<Promise<void>>()
  const failing = new AbortController()
  const signal = AbortSignal.any([context.signal, failing.signal])

  const send = async (part: Part, buffer: Buffer): Promise<void> => {
    try {
      const digest = md5(part.bytes)
      const etag = await sendPart(calls, upload, part, { digest, signal })
      etags[part.number - 1] = etag
      sent += 1
      if (etag === digest.toString('hex')) same += 1
      done += part.bytes.length
      await keep()
      progress(done, size)
    } finally {
      // Also of a part that has failed: what is not free is under way.
      free.push(buffer)
    }
  }
  const buffer = async (): Promise<Buffer> => {
    while (free.length === 0) await Promise.race(running)
    signal.throwIfAborted()
    return free.pop() ?? Buffer.allocUnsafeSlow(Math.min(partBytes, size))
  }
  const sendAll = async (): Promise<void> => {
    const parts = cutParts(file.open(), {
      size,
      partBytes,
      isTaken: (number) => etags[number - 1] !== null,
      buffer,
    })
    for await (const part of parts) {
      signal.throwIfAborted()
      const whole = Buffer.from(part.bytes.buffer)
      const sending: Promise<void> = send(part, whole).finally(() => running.delete(sending))
      running.add(sending)
      sending.catch((error: unknown) => failing.abort(error))
    }
    await Promise.all(running)
    signal.throwIfAborted()
  }
  try {
    await unless(signal, sendAll())
  } catch (error) {
    if (!failing.signal.aborted) failing.abort(error)
    throw failing.signal.reason
  } finally {
    await Promise.allSettled(running)
  }
  const all = etags.filter((etag) => etag !== null)
  if (all.length !== etags.length) throw new Error('A part was not sent.')
  return { etags: all, areMd5: sent > 0 && same === sent }
}

/** What it comes to; but when the signal is aborted, that, whatever the work waits for. */
async function unless(signal: AbortSignal, work: Promise<void>): Promise<void> {
  const ended = new AbortController()
  try {
    const aborted = once(signal, 'abort', { signal: ended.signal }).then(() => Promise.reject(signal.reason))
    await Promise.race([work, aborted])
  } finally {
    ended.abort()
  }
}

/** Not after each part, where there are many. Resolves when what it was called for is kept, or will be with a later one. */
function keeping(keep: () => Promise<void>, every: number): () => Promise<void> {
  let unsaved = 0
  let last: Promise<void> = Promise.resolve()
  return async () => {
    unsaved += 1
    if (unsaved < every) return
    unsaved = 0
    last = last.then(keep)
    await last
  }
}

/** Makes one object of the parts, and makes sure that it is the file. */
export async function completed(
  calls: S3Calls,
  { file, key: delivery }: DeliverContext<S3Destination>,
  place: Place,
  upload: Upload,
  { etags, areMd5 }: { readonly etags: readonly string[]; readonly areMd5: boolean },
): Promise<void> {
  const isStill = async () => place.isNew && (await look(calls, place.key)) === 'absent'
  let etag: string | undefined
  try {
    etag = await completeUpload(calls, upload, { etags, onlyNew: place.isNew })
  } catch (error) {
    // Some servers do not know the condition; nothing is there but for a moment.
    if (!isRefusal(error, 501, 'NotImplemented', 'InvalidArgument') || !(await isStill())) throw error
    etag = await completeUpload(calls, upload, { etags, onlyNew: false })
  }
  const seen = await look(calls, place.key)
  const expected = areMd5 ? etagOfParts(etags) : undefined
  const isRight =
    seen === 'denied'
      ? expected === undefined || etag === undefined || !/^[0-9a-f]{32}-\d+$/.test(etag) || etag === expected
      : seen !== 'absent' && seen.size === file.size && seen.delivery === markOf(delivery)
  if (isRight) return
  throw new PieceworkError(
    'delivery-unreachable',
    'What stands in the bucket is not what was sent. It is delivered again.',
    { retryable: true, facts: { bucket: calls.bucket } },
  )
}
