import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { isPieceworkError, type PieceworkError, type Principal } from '@piecework/core'
import type { DeliverContext, DeliveredFile, NewFinding } from '@piecework/core/piece'
import {
  type CredentialSource,
  type DropboxDestination,
  type DropboxTargetOptions,
  dropboxTarget,
} from '@piecework/delivery'
import { appKey, type DropboxStandIn } from '@piecework/test-support/fixtures/dropbox-stand-in.js'

export const ann: Principal = { id: 'ann' }

/** One credential, `c1`, of Ann. */
export function oneCredential(refreshToken: string): CredentialSource & { readonly revocations: string[] } {
  const revocations: string[] = []
  return {
    revocations,
    open: async (id, { principal, target }) => {
      assert.deepEqual([id, principal.id, target], ['c1', 'ann', 'dropbox'])
      return { refreshToken, accountId: 'dbid:1' }
    },
    revoked: async (id, why) => void revocations.push(`${id}: ${why}`),
  }
}

export interface Sending {
  readonly bytes: Buffer
  readonly fileName?: string
  readonly destination?: Partial<DropboxDestination>
  readonly signal?: AbortSignal
}

/** A user's Dropbox, and attempts to deliver into it: what one has kept the next one has. */
export function sampleDropbox(dropbox: DropboxStandIn, options: Partial<DropboxTargetOptions> = {}) {
  const refreshToken = dropbox.connected()
  const credentials = oneCredential(refreshToken)
  const target = dropboxTarget({ credentials, appKey, api: dropbox.api, ...options })
  const findings: NewFinding[] = []
  const states: unknown[] = []
  const progress: number[] = []
  const deliver = ({
    bytes,
    fileName = 'map.zip',
    destination = {},
    signal = new AbortController().signal,
  }: Sending) =>
    target.deliver({
      jobId: 'j1',
      principal: ann,
      file: fileOf(bytes, fileName),
      destination: target.schema.parse({ credential: 'c1', ...destination }),
      key: 'k1',
      state: {
        get: async () => states.at(-1),
        put: async (state) => void states.push(JSON.parse(JSON.stringify(state))),
      },
      signal,
      progress: (done) => void progress.push(done),
      finding: (finding) => void findings.push(finding),
    } satisfies DeliverContext<DropboxDestination>)
  return { target, credentials, deliver, findings, states, progress, refreshToken }
}

function fileOf(bytes: Buffer, fileName: string): DeliveredFile {
  return {
    output: 'archive',
    mediaType: 'application/zip',
    fileName,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    open: async function* ({ start, end } = { start: 0, end: bytes.length }) {
      for (let at = start; at < end; at += 65_536) yield bytes.subarray(at, Math.min(at + 65_536, end))
    },
  }
}

export const someBytes = (size: number): Buffer => Buffer.alloc(size, randomBytes(1009))

export async function refusal(work: Promise<unknown>): Promise<PieceworkError> {
  try {
    await work
  } catch (error) {
    if (isPieceworkError(error)) return error
    throw error
  }
  return assert.fail('it was not refused')
}
