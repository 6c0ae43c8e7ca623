import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { swiftFront, swiftServer } from '@piecework/test-support'
import { type Bench, compared, limited, median } from '../measure.js'
import type { Uploaded, UploadJob } from './upload.js'

const fileBytes = 96 * 1024 ** 2

/** Uploads of one file to OpenStack Swift, behind https: s3Target, and the SDK's own lib-storage. */
export const deliveryBench: Bench = async ({ runs, log }) => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  const swift = await swiftServer()
  const front = await swiftFront(swift)
  try {
    const client = new S3Client({
      endpoint: swift.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { ...swift.credential },
    })
    await client.send(new CreateBucketCommand({ Bucket: 'bench' }))
    const path = join(folder, 'file')
    const bytes = randomBytes(fileBytes)
    await writeFile(path, bytes)
    const place = {
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      endpoint: front.url,
      ca: front.settings.ca,
      bucket: 'bench',
      credential: swift.credential,
    }
    const took = { s3Target: [] as Uploaded[], 'lib-storage': [] as Uploaded[] }
    for (let run = 0; run <= runs; run++) {
      log(run === 0 ? 'warming up' : `run ${run}`)
      const order = ['s3Target', 'lib-storage'] as const
      for (const way of run % 2 === 0 ? order : order.toReversed()) {
        const uploaded = await upload({ ...place, with: way, name: `${way}-${run}.zip` })
        if (run > 0) took[way].push(uploaded)
      }
    }
    const seconds = (way: keyof typeof took) => took[way].map((one) => one.seconds)
    const peakMb = (way: keyof typeof took) => Math.round(median(took[way].map((one) => one.peakMb)))
    const perSecond = (way: keyof typeof took) =>
      Math.round((fileBytes / 1_000_000 / median(seconds(way))) * 10) / 10
    return [
      compared(
        'delivery/s3',
        seconds('s3Target'),
        seconds('lib-storage'),
        { reach: 0.8, aim: 1 },
        { mbPerSecond: perSecond('s3Target'), peerMbPerSecond: perSecond('lib-storage') },
      ),
      limited('delivery/s3-memory', peakMb('s3Target'), Math.round(peakMb('lib-storage') * 1.2), {
        peerMb: peakMb('lib-storage'),
      }),
    ]
  } finally {
    await front.close()
    await swift.remove()
    await rm(folder, { recursive: true })
  }
}

async function upload(job: UploadJob): Promise<Uploaded> {
  const script = fileURLToPath(new URL('./upload.js', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(job)])
  return JSON.parse(stdout) as Uploaded
}
