import { PieceworkError } from '@piecework/core'
import type { DeliverContext } from '@piecework/core/piece'
import { z } from 'zod'
import { dropboxDefaults } from '../defaults.js'
import { contentHash, hashOf } from './content-hash.js'
import type { DropboxAccount } from './dropbox-account.js'
import type { DropboxAnswer } from './dropbox-call.js'
import { correctOffset, dropboxError, tagsOf } from './dropbox-error.js'
import { committed, type DropboxFile, type DropboxPlace, fileOf, standing } from './dropbox-place.js'
import { freeSpace, full } from './dropbox-space.js'
import { fileParts } from './file-parts.js'

export interface Uploading {
  readonly account: DropboxAccount
  readonly context: Pick<DeliverContext, 'file' | 'state' | 'progress'>
  readonly place: DropboxPlace
  readonly chunkBytes: number
}

/** What was sent so far, as it is kept. */
const kept = z.object({ session: z.string().min(1).max(1000), offset: z.int().min(0) })
type Sent = z.infer<typeof kept>

/** Brings the file there, whole and once; what an attempt before this one has sent is not sent again. */
export async function dropboxUpload(uploading: Uploading): Promise<DropboxFile> {
  const { account, context, place, chunkBytes } = uploading
  const { file } = context
  const free = await freeSpace(account)
  if (free !== undefined && free < file.size) {
    // It may be there already, and have used up the room.
    const found = await standing(account, place, file, await hashOfAll(uploading))
    if (found) return found
    throw full(free, file.size)
  }
  return file.size <= chunkBytes ? atOnce(uploading) : inSession(uploading)
}

async function hashOfAll({ context: { file } }: Uploading): Promise<string> {
  const hash = contentHash()
  for await (const chunk of file.open()) hash.update(chunk)
  return hash.digest()
}

async function atOnce(uploading: Uploading): Promise<DropboxFile> {
  const { account, context, place } = uploading
  const { file, progress } = context
  let bytes: Uint8Array = new Uint8Array()
  for await (const part of fileParts(file.open(), Math.max(file.size, 1))) bytes = part
  const hash = hashOf(bytes)
  const answer = await committed(place, (commit) =>
    account.send('files/upload', { ...commit, content_hash: hash }, bytes),
  )
  progress(bytes.length)
  return whole(uploading, answer, hash)
}

async function inSession(uploading: Uploading): Promise<DropboxFile> {
  const { account, context, place } = uploading
  const { file, state } = context
  let sent = kept.safeParse(await state.get()).data
  for (let correction = 0; correction <= dropboxDefaults.corrections; correction++) {
    const { session, hash } = await sendRest(uploading, sent)
    if (hash !== undefined) {
      const cursor = { session_id: session, offset: file.size }
      const answer = await committed(place, (commit) =>
        account.send('files/upload_session/finish', { cursor, commit }, new Uint8Array()),
      )
      if (tagsOf(answer)[0] !== 'lookup_failed') return whole(uploading, answer, hash)
      const offset = offsetIn(answer, file.size)
      sent = offset === undefined ? undefined : { session, offset }
      // An earlier attempt has finished it, and its answer was lost.
      const found = sent ? undefined : await standing(account, place, file, hash)
      if (found) return found
    } else sent = session === '' ? undefined : kept.safeParse(await state.get()).data
    await state.put(sent ?? {})
  }
  throw new PieceworkError('delivery-unreachable', 'Dropbox takes the bytes at no offset.', {
    retryable: true,
  })
}

/**
 * Reads all and sends what is not there. Without a hash: the session is gone (empty), or it goes on before what was read, and
 * from there it is to be read again.
 */
async function sendRest(
  { account, context, chunkBytes }: Uploading,
  from: Sent | undefined,
): Promise<{ readonly session: string; readonly hash?: string }> {
  const { file, state, progress } = context
  const hash = contentHash()
  let { session, offset } = from ?? { session: '', offset: 0 }
  let begin = 0
  for await (const part of fileParts(file.open(), chunkBytes)) {
    hash.update(part)
    const end = begin + part.length
    for (let tries = 0; offset < end; tries++) {
      const bytes = part.subarray(offset - begin)
      const answer = await sendPart(account, { session, offset }, bytes)
      if (answer.status === 200) {
        session = session === '' ? sessionOf(answer) : session
        offset = end
      } else {
        if (isGone(answer)) return { session: '' }
        const correct = offsetIn(answer, file.size)
        if (correct === undefined || tries === dropboxDefaults.corrections)
          throw await refusal(account, file, answer)
        offset = correct
      }
      await state.put({ session, offset })
      if (offset < begin) return { session }
      progress(offset)
    }
    begin = end
  }
  return { session, hash: hash.digest() }
}

function sendPart(
  account: DropboxAccount,
  { session, offset }: Sent,
  bytes: Uint8Array,
): Promise<DropboxAnswer> {
  const content_hash = hashOf(bytes)
  return session === ''
    ? account.send('files/upload_session/start', { close: false, content_hash }, bytes)
    : account.send(
        'files/upload_session/append_v2',
        { cursor: { session_id: session, offset }, close: false, content_hash },
        bytes,
      )
}

function sessionOf({ body }: DropboxAnswer): string {
  const { session_id: session } = Object(body) as { readonly session_id?: unknown }
  if (kept.shape.session.safeParse(session).success) return session as string
  throw new PieceworkError('delivery-unreachable', 'Dropbox began an upload without an id.', {
    retryable: true,
  })
}

function isGone(answer: DropboxAnswer): boolean {
  const [tag = ''] = tagsOf(answer)
  return answer.status === 409 && (tag === 'not_found' || tag === 'closed')
}

function offsetIn(answer: DropboxAnswer, size: number): number | undefined {
  const offset = correctOffset(answer)
  return offset !== undefined && offset <= size ? offset : undefined
}

/** Compares what is there with what was made. */
async function whole(
  { account, context: { file, state } }: Uploading,
  answer: DropboxAnswer,
  hash: string,
): Promise<DropboxFile> {
  if (answer.status !== 200) throw await refusal(account, file, answer)
  const found = fileOf(answer)
  if (found?.content_hash === hash && found.size === file.size) return found
  if (found) await account.ask('files/delete_v2', { path: found.id, parent_rev: found.rev })
  await state.put({})
  throw new PieceworkError(
    'dropbox/hash-differs',
    'What Dropbox has stored are not the bytes that were sent.',
    {
      retryable: true,
    },
  )
}

async function refusal(
  account: DropboxAccount,
  { size }: { readonly size: number },
  answer: DropboxAnswer,
): Promise<PieceworkError> {
  if (!tagsOf(answer).includes('insufficient_space')) return dropboxError(answer)
  return full(await freeSpace(account).catch(() => undefined), size)
}
