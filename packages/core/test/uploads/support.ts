import assert from 'node:assert/strict'
import { type ErrorCode, isPieceworkError, type Piecework, type ResourceRef } from '@piecework/core'
import { ann, keys, type Setup } from '../support/notebooks.js'

export const refused = (work: Promise<unknown>, code: ErrorCode, words = /./): Promise<void> =>
  assert.rejects(work, (error) => isPieceworkError(error, code) && words.test(error.message))

/** All that is there of any job. */
export const stored = ({ artifacts }: Pick<Setup, 'artifacts'>): Promise<string[]> => keys(artifacts, 'jobs')

class Cut extends Error {}

/** The bytes from `offset` on, in chunks; breaks off after `most` of them. */
export async function* cutAfter(
  content: Uint8Array,
  { offset = 0, most = Number.POSITIVE_INFINITY, chunk = 64 * 1024 },
): AsyncGenerator<Uint8Array> {
  let left = most
  for (let at = offset; at < content.length; at += chunk) {
    const bytes = content.subarray(at, Math.min(at + chunk, content.length))
    if (bytes.length > left) {
      yield bytes.subarray(0, left)
      throw new Cut('The connection was lost.')
    }
    left -= bytes.length
    yield bytes
  }
}

/** Goes on with an upload until it is complete, each time in another process and cut after some bytes. */
export async function uploadInCuts(
  processes: readonly Piecework[],
  id: string,
  content: Uint8Array,
  cuts: readonly number[],
): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const piecework = processes[turn % processes.length] ?? assert.fail('no process')
    const upload = await piecework.upload(id, { principal: ann })
    const { offset, isComplete } = await upload.status()
    if (isComplete) return
    const most = cuts[turn] ?? Number.POSITIVE_INFINITY
    try {
      await upload.append(cutAfter(content, { offset, most }), { offset })
    } catch (error) {
      assert.ok(error instanceof Cut, String(error))
      assert.equal((await upload.status()).offset, offset + most, 'nothing that has come is lost')
    }
  }
}

export async function draftOf(piecework: Piecework, format: string): Promise<ResourceRef> {
  return (await piecework.createDraft({ format, principal: ann, name: 'Notes' })).resource
}
