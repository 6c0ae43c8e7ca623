import { randomUUID } from 'node:crypto'
import type { NewJob, NewPartialUpload, PartialUpload, Store, Upload } from '@piecework/core/store'
import { sampleJob, sampleProject } from './sample-job.js'

export const ttlMs = 60_000

const quota = { uploads: 1000, bytes: 1e12 }

export function archive(of: Partial<NewPartialUpload> = {}): NewPartialUpload {
  return {
    id: randomUUID(),
    principal: { id: randomUUID() },
    job: randomUUID(),
    fileName: 'größe "1".zip',
    size: 1,
    ttlMs,
    quota,
    ...of,
  }
}

export const ofDraft = ({ id }: Pick<NewJob, 'id'>, of: Partial<NewPartialUpload> = {}): NewPartialUpload =>
  archive({ job: id, role: 'pu.dat', metadata: { note: 'x' }, ...of })

export async function newDraft(store: Store): Promise<NewJob> {
  const draft = {
    ...sampleJob({ kind: 'import', target: sampleProject() }),
    request: { options: {}, name: 'Reefs', input: { format: 'sample', uploads: [] } },
    nodes: [{ id: 'finish', task: 'finish', batch: 0 } as const],
    batches: 0,
  }
  await store.drafts.create(draft, async () => undefined)
  return draft
}

export async function acquired(store: Store, asked: NewPartialUpload) {
  const { id } = await store.uploads.create(asked)
  return { id, fence: (await store.uploads.acquire(id)).fence }
}

export function fileOf({ role = '', size, fileName }: PartialUpload, id: string): Upload {
  return { id, role, artifact: `uploads/${id}`, parts: [{ size, fence: 1 }], fileName, size }
}

export const all = (uploads: Store['uploads']): Promise<readonly PartialUpload[]> => uploads.expired(10_000)
