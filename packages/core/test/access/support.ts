import assert from 'node:assert/strict'
import {
  type AccessPolicy,
  type ErrorCode,
  type ImportDraft,
  isPieceworkError,
  type Pack,
  type Piecework,
  type PieceworkError,
  type ResourceRef,
} from '@piecework/core'
import { ann, bytes, keys, type Notebooks, type Setup, withPiecework } from '../support/notebooks.js'

export const eve = { id: 'eve' }
export const by = { principal: eve }
export const book = { kind: 'notebook', id: 'b1' }
export const chapter = { kind: 'chapter', id: 'c1' }

export type Asked = readonly [action: string, resource: string | undefined, about: string | undefined]

/** A notebook of ann's with a chapter, and what her jobs have left. */
export interface World {
  readonly piecework: Piecework
  readonly draft: ImportDraft
  /** Ids of her jobs, by what they are. */
  readonly exported: string
  readonly failed: string
  readonly archive: string
  readonly upload: string
  /** Id of an upload on its way into her draft, which eve has begun. */
  readonly coming: string
}

/** The notebook's kind is all that the format of drafts makes. */
export const notes = (host: Notebooks): Pack => ({
  ...host.pack(),
  formats: [
    {
      name: 'notes',
      roles: { text: { maxBytes: 1000 } },
      tree: { kind: 'notebook', id: 'notes', children: [] },
      pieces: [],
      open: async () => ({
        tree: { kind: 'notebook', id: 'notes', children: [] },
        nodes: [],
        findings: [],
        close: async () => undefined,
      }),
    },
  ],
})

/** Eve may do nothing, or only view; all that is asked about her is noted. */
export async function withWorld(
  use: (world: World, asked: Asked[], setup: Setup) => Promise<void>,
  { mayView = false }: { readonly mayView?: boolean } = {},
): Promise<void> {
  const asked: Asked[] = []
  const access: AccessPolicy = {
    allows: async ({ id }, action, resource, job, named) => {
      if (id !== eve.id) return true
      asked.push([
        action,
        resource && `${resource.kind} ${resource.id}`,
        job?.id ?? Object.values(named ?? {})[0],
      ])
      return mayView && action === 'view'
    },
  }
  await withPiecework(
    (host) => {
      host.add('b1', 'Birds', ['wren'])
      host.add('c1', 'Nests', ['twig'], 'b1')
      return notes(host)
    },
    async (piecework, setup) => {
      const exporting = await piecework.export({ resource: book, principal: ann })
      const { archive } = await exporting.result()
      assert.ok(archive)
      const stream = bytes('no archive')
      const importing = {
        format: 'notes',
        uploads: { text: { stream } },
        principal: ann,
        keepUploads: true,
      } as const
      const failed = await piecework.import(importing)
      await failed.cancel()
      await failed.ended()
      const draft = await piecework.createDraft({ principal: ann, format: 'notes', name: 'Notes' })
      await draft.upload('text', { stream: bytes('one') })
      const [upload = ''] = await keys(setup.artifacts, `jobs/${failed.id}/uploads`)
      const world = {
        piecework,
        draft,
        exported: exporting.id,
        failed: failed.id,
        archive: archive.artifact,
        upload,
        coming: await comingUpload(setup, draft),
      }
      await use(world, asked, setup)
    },
    { access },
  )
}

async function comingUpload({ store }: Setup, { job }: ImportDraft): Promise<string> {
  const { id } = await store.uploads.create({
    id: crypto.randomUUID(),
    principal: eve,
    job,
    role: 'text',
    fileName: 'text',
    size: 10,
    ttlMs: 60_000,
    quota: { uploads: 1, bytes: 10 },
  })
  return id
}

export const asPolicy = (
  allows: (id: string, action: string, resource?: ResourceRef) => boolean,
): AccessPolicy => ({
  allows: async ({ id }, action, resource, job) =>
    (job === undefined || action !== 'download' || job.principal.id === id) && allows(id, action, resource),
})

export async function stored(artifacts: Setup['artifacts']): Promise<string[]> {
  return [...(await keys(artifacts, 'jobs')), ...(await keys(artifacts, 'archives'))]
}

export async function failure(work: Promise<unknown> | undefined): Promise<PieceworkError> {
  try {
    await work
  } catch (error) {
    if (isPieceworkError(error)) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}

export function refused(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(work, (error) => isPieceworkError(error, code))
}
