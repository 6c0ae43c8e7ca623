import { isPieceworkError } from '@piecework/core'
import type { DeliverContext, DeliveredFile, DeliveryReceipt } from '@piecework/core/piece'
import { s3Defaults } from '../defaults.js'
import { headersOf, put } from './objects.js'
import { keyOf, type Place, placeOf, wantedName } from './place.js'
import { leftProbe } from './probe.js'
import type { S3Calls } from './s3-calls.js'
import type { S3Destination } from './s3-destination.js'
import { isRaced, isRefusal } from './s3-error.js'
import { beginning, completed, sendParts, type Uploading } from './upload-parts.js'
import { fits, keptUpload } from './upload-state.js'
import { abortUpload } from './uploads.js'

type Context = DeliverContext<S3Destination>

/** Resolves when the file is in the bucket, whole. */
export async function deliverToS3(
  calls: S3Calls,
  context: Context,
  partBytes: number,
): Promise<DeliveryReceipt> {
  const { file, destination, finding } = context
  const { name, key } = await placed(calls, context, partBytesFor(file, partBytes))
  const wanted = wantedName(destination, file.fileName)
  if (name !== wanted)
    finding({
      severity: 'warning',
      code: 'core/file-renamed',
      message: `"${wanted}" may be another file in the bucket; this one is "${name}".`,
      file: name,
    })
  const probe = await leftProbe(calls, destination)
  if (probe) finding(probe)
  return { location: `s3://${destination.bucket}/${key}` }
}

/** So many that there are no more parts than S3 takes. */
export function partBytesFor({ size }: Pick<DeliveredFile, 'size'>, least: number): number {
  const mebibyte = 1024 ** 2
  return Math.max(least, Math.ceil(size / s3Defaults.mostParts / mebibyte) * mebibyte)
}

/** How often a name may be taken by another writer, or an upload be gone, while the file is sent. */
const mostTries = 4

async function placed(calls: S3Calls, context: Context, partBytes: number): Promise<Place> {
  const { file, destination } = context
  let kept = keptUpload(await context.state.get())
  if (kept && (file.size <= partBytes || !fits(kept, { ...file, partBytes }))) {
    await abortUpload(calls, { key: keyOf(destination, kept.name), uploadId: kept.uploadId })
    kept = undefined
  }
  let ownName = false
  for (let tried = 1; ; tried++) {
    const place = await placeOf(calls, context, { begun: kept?.name, ownName })
    if (place.isDone) return place
    try {
      if (file.size <= partBytes) await putWhole(calls, context, place)
      else await inParts(calls, context, { place, partBytes, kept })
      return place
    } catch (error) {
      if (tried === mostTries) throw error
      if (place.isNew && isRefusal(error, 501)) ownName = true
      else if (
        !isRefusal(error, 'NoSuchUpload') &&
        !(place.isNew && (isRaced(error) || isRefusal(error, 409)))
      )
        throw error
      kept = undefined
    }
  }
}

/** Read to its end before a byte is sent. */
async function putWhole(calls: S3Calls, { file, key, progress }: Context, place: Place): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file.open()) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (bytes.length !== file.size) throw new Error('These are not as many bytes as the file has.')
  const headers = headersOf(file, place.name, key)
  await put(calls, { key: place.key, bytes, headers, onlyNew: place.isNew })
  progress(bytes.length, bytes.length)
}

async function inParts(calls: S3Calls, context: Context, uploading: Uploading): Promise<void> {
  const { place, kept } = uploading
  const goesOn = kept?.name === place.name
  if (kept && !goesOn)
    await abortUpload(calls, { key: keyOf(context.destination, kept.name), uploadId: kept.uploadId })
  const begun = goesOn && kept ? kept : await beginning(calls, context, uploading)
  const upload = { key: place.key, uploadId: begun.uploadId }
  try {
    await completed(calls, context, place, upload, await sendParts(calls, context, upload, begun))
  } catch (error) {
    // Parts are of one name: where that is taken, they are of no use.
    if (isRaced(error) || isFinal(error, context.signal)) await abortUpload(calls, upload)
    throw error
  }
}

/** Whether no later attempt goes on with the parts. */
function isFinal(error: unknown, signal: AbortSignal): boolean {
  const why: unknown = signal.aborted ? signal.reason : error
  // A worker that stops gives the delivery to another; the worker that has taken over goes on with it.
  if (isPieceworkError(why, 'stopped') || isPieceworkError(why, 'lease-lost')) return false
  // Cancelled, or its time is over; aborted by what is none of ours, it may be wanted again.
  if (signal.aborted) return isPieceworkError(why)
  return !isPieceworkError(why) || !why.retryable
}
