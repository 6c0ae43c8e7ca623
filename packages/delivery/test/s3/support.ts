import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { PieceworkError } from '@piecework/core'
import type { DeliverContext, NewFinding } from '@piecework/core/piece'
import {
  type CredentialSource,
  type S3Destination,
  type S3TargetOptions,
  s3Target,
} from '@piecework/delivery'
import type { HttpsPeer, SwiftServer } from '@piecework/test-support'

export const mebibyte = 1024 ** 2

/** One credential, `key`, of ann. */
export function credentialsOf(credential: unknown): CredentialSource {
  return {
    open: async (id, { principal, target }) => {
      if (id === 'key' && principal.id === 'ann' && target === 's3') return credential
      throw new PieceworkError('delivery-auth', 'There is no such credential.')
    },
    revoked: async () => {},
  }
}

/** What stands in Swift, seen by its owner. */
export function ownerOf({ url, credential }: Pick<SwiftServer, 'url' | 'credential'>) {
  const client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    // The client writes into what it gets.
    credentials: { ...credential },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const files = async (Bucket: string): Promise<Map<string, Buffer>> => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
    const read = async ({ Key = '' }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      return [Key, Buffer.from((await Body?.transformToByteArray()) ?? [])] as const
    }
    return new Map(await Promise.all(Contents.map(read)))
  }
  return {
    client,
    files,
    bucket: async (): Promise<string> => {
      const Bucket = `b-${randomUUID()}`
      await client.send(new CreateBucketCommand({ Bucket }))
      return Bucket
    },
    put: (Bucket: string, Key: string, Body: string) =>
      client.send(new PutObjectCommand({ Bucket, Key, Body })),
    head: (Bucket: string, Key: string) => client.send(new HeadObjectCommand({ Bucket, Key })),
    /** Those that are not finished. */
    uploads: async (Bucket: string): Promise<number> => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
      return Uploads.length
    },
  }
}

/** One delivery, as the engine makes it; its state is JSON between attempts. */
export function deliveryOf(size: number, fileName = 'Größe (a).zip') {
  const bytes = randomBytes(size)
  const key = `${randomUUID()}/archive/0`
  const findings: NewFinding[] = []
  const kept = { json: undefined as string | undefined, puts: 0 }
  const context = (
    destination: S3Destination,
    more: Partial<DeliverContext<S3Destination>> = {},
  ): DeliverContext<S3Destination> => ({
    jobId: 'job',
    principal: { id: 'ann' },
    file: {
      output: 'archive',
      mediaType: 'application/zip',
      fileName,
      size,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      async *open({ start, end } = { start: 0, end: size }) {
        for (let at = start; at < end; at += 65_536) yield bytes.subarray(at, Math.min(at + 65_536, end))
      },
    },
    destination,
    key,
    state: {
      get: async () => (kept.json === undefined ? undefined : JSON.parse(kept.json)),
      put: async (state) => {
        kept.puts += 1
        kept.json = JSON.stringify(state)
      },
    },
    signal: new AbortController().signal,
    progress: () => {},
    finding: (finding) => findings.push(finding),
    ...more,
  })
  return { bytes, key, findings, kept, context }
}

export function targetFor(
  peer: Pick<HttpsPeer, 'settings'>,
  credential: unknown,
  more: Partial<S3TargetOptions> = {},
) {
  return s3Target({
    credentials: credentialsOf(credential),
    partBytes: 5 * mebibyte,
    ...peer.settings,
    ...more,
  })
}

/** The body of an answer that refuses. */
export const refusal = (code: string, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>m</Message>${more}</Error>`
