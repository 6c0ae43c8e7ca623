import type { NewFinding } from '@piecework/core/piece'
import { put, remove } from './objects.js'
import { keyOf } from './place.js'
import type { S3Calls } from './s3-calls.js'
import type { S3Destination } from './s3-destination.js'

const probeName = '.piecework-probe'

/** Writes an empty object, and deletes it where that is allowed: keys that may only write are usual. */
export async function probe(calls: S3Calls, destination: S3Destination): Promise<void> {
  const key = keyOf(destination, probeName)
  await put(calls, { key, bytes: Buffer.alloc(0), onlyNew: false, tries: 1 })
  // What could be written stays, if need be, and is named when the file is delivered.
  await remove(calls, key).catch(() => {})
}

/** What a probe has left that may not be deleted. */
export async function leftProbe(calls: S3Calls, destination: S3Destination): Promise<NewFinding | undefined> {
  const key = keyOf(destination, probeName)
  const mayDelete = await remove(calls, key).catch(() => true)
  if (mayDelete) return undefined
  return {
    severity: 'warning',
    code: 'delivery/probe-left',
    message: `The credential may not delete: an empty object "${key}" stays in the bucket "${calls.bucket}".`,
    hint: 'Delete it yourself, or allow the credential s3:DeleteObject on it.',
    file: key,
  }
}
