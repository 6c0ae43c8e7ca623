// In a process of its own: uploads a file with s3Target or with lib-storage, and prints seconds and the peak of its memory.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Agent } from 'node:https'
import { rootCertificates } from 'node:tls'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { type S3Credential, s3Target } from '@piecework/delivery'

export interface UploadJob {
  readonly with: 's3Target' | 'lib-storage'
  readonly path: string
  readonly sha256: string
  readonly endpoint: string
  readonly ca: string
  readonly bucket: string
  readonly name: string
  readonly credential: S3Credential
}

export interface Uploaded {
  readonly seconds: number
  readonly peakMb: number
}

const partBytes = 8 * 1024 ** 2

const job = JSON.parse(process.argv[2] ?? '') as UploadJob
const { size } = await stat(job.path)
const began = performance.now()
await (job.with === 's3Target' ? byTarget(job) : byLibrary(job))
const done: Uploaded = {
  seconds: (performance.now() - began) / 1000,
  peakMb: process.resourceUsage().maxRSS / 1024,
}
process.stdout.write(JSON.stringify(done))

async function byTarget({ path, sha256, endpoint, ca, bucket, name, credential }: UploadJob): Promise<void> {
  let kept: unknown
  const target = s3Target({
    credentials: { open: async () => credential, revoked: async () => {} },
    partBytes,
    ca,
    allowNetworks: ['127.0.0.0/8'],
    lookup: async () => ['127.0.0.1'],
  })
  await target.deliver({
    jobId: name,
    principal: { id: 'ann' },
    destination: { bucket, endpoint, credential: 'c1' },
    key: name,
    file: {
      output: 'archive',
      mediaType: 'application/zip',
      fileName: name,
      size,
      sha256,
      open: () => createReadStream(path),
    },
    state: {
      get: async () => kept,
      put: async (state) => {
        kept = state
      },
    },
    signal: new AbortController().signal,
    progress: () => {},
    finding: () => {},
  })
}

async function byLibrary({ path, endpoint, ca, bucket, name, credential }: UploadJob): Promise<void> {
  const { accessKeyId, secretAccessKey } = credential
  const httpsAgent = new Agent({
    keepAlive: true,
    ca: [...rootCertificates, ca],
    lookup: (_, { all }, done) =>
      all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
  })
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { httpsAgent },
  })
  const params = { Bucket: bucket, Key: name, Body: createReadStream(path) }
  await new Upload({ client, partSize: partBytes, queueSize: 4, params }).done()
  client.destroy()
}
