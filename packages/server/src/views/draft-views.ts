import type { ImportDraft, JobStatus, ResourceRef } from '@piecework/core'
import type { Upload } from '@piecework/core/store'
import { z } from 'zod'
import { type Model, model } from '../http/model.js'

/** A hidden resource that waits for its files. */
export interface DraftView {
  /** Of the resource. */
  readonly id: string
  readonly kind: string
  /** What is below it comes after it. */
  readonly resources: readonly ResourceRef[]
  /** Id of the job that is to make it. */
  readonly job: string
}

export interface DataFileView {
  readonly id: string
  readonly role: string
  readonly fileName: string
  /** In bytes. */
  readonly size: number
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface DraftStatusView extends DraftView {
  /** `draft` until it is run; then that of the import. */
  readonly status: JobStatus
  readonly files: readonly DataFileView[]
  /** Roles that have no file and need one. */
  readonly missing: readonly string[]
  /** If no file changes until then, they are removed; of one that has run and not succeeded, until when they are kept for another. */
  readonly keptUntil?: string
  readonly roles: readonly { readonly name: string; readonly required: boolean; readonly maxBytes: number }[]
}

const text = z.string()
const draftShape = {
  id: text,
  kind: text,
  resources: z.array(z.strictObject({ kind: text, id: text })),
  job: text,
}
const dataFile = z.strictObject({
  id: text,
  role: text,
  fileName: text,
  size: z.int().min(0).describe('bytes'),
  metadata: z.record(text, z.unknown()).exactOptional(),
})

export const draftViewModel: Model<DraftView> = model(z.strictObject(draftShape), 'Draft')
export const dataFileModel: Model<DataFileView> = model(dataFile, 'DataFile')
export const draftStatusModel: Model<DraftStatusView> = model(
  z.strictObject({
    ...draftShape,
    status: text,
    files: z.array(dataFile),
    missing: z.array(text),
    keptUntil: z.iso.datetime().exactOptional(),
    roles: z.array(z.strictObject({ name: text, required: z.boolean(), maxBytes: z.int() })),
  }) as never,
  'DraftStatus',
)

export function draftView({ resource, resources, job }: ImportDraft): DraftView {
  return { id: resource.id, kind: resource.kind, resources, job }
}

/** Without the key of the artifact store. */
export function dataFileView({ id, role, fileName, size, metadata }: Upload): DataFileView {
  return { id, role, fileName, size, ...(metadata && { metadata }) }
}
