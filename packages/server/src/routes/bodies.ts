import type { CloneRequest, ExportRequest, ResourceRef } from '@piecework/core'
import type { FollowUpRequests } from '@piecework/core/store'
import { z } from 'zod'
import { type Model, model } from '../http/model.js'

/** Beside what core takes: names of pieces, and ids of children by the segment of their kind. */
type Chosen = Readonly<Record<string, readonly string[]>>

export type ExportBody = Pick<
  ExportRequest,
  'children' | 'without' | 'options' | 'recipient' | 'outputs' | 'deliver' | 'claim'
> &
  FollowUpRequests
export type CloneBody = Pick<CloneRequest, 'children' | 'without' | 'options' | 'recipient' | 'name'> &
  FollowUpRequests

export interface ImportSettings extends FollowUpRequests {
  readonly name?: string
  readonly only?: readonly string[]
  readonly without?: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
  readonly recipient?: string
}

export interface DraftBody extends FollowUpRequests {
  readonly name: string
  readonly description?: string
}

export interface RunBody {
  readonly only?: readonly string[]
  readonly without?: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
}

export interface ValidateBody extends RunBody {
  readonly partial?: true
}

/** An archive that is here: what an export has made, or an upload that is complete. */
export interface ArchiveBody {
  readonly job?: string
  /** Of the job. Absent: the archive. */
  readonly output?: string
  readonly upload?: string
}

const text = z.string().min(1)
const resource = z.strictObject({ kind: text, id: text })
const pieceOptions = z.record(z.string(), z.unknown()).describe('by name of a piece')
const recipient = text.describe('for whom it is: a name or an address, no URL')

function followUpsOf(offered: readonly string[]) {
  const [first, ...rest] = offered
  if (first === undefined) return {}
  const list = z.array(z.strictObject({ action: z.enum([first, ...rest]), input: z.unknown().optional() }))
  return {
    onSuccess: list.exactOptional(),
    onFailure: list.exactOptional(),
    onCancel: list.exactOptional(),
  }
}

const deliverList = z.array(
  z.strictObject({ target: text, output: text.exactOptional(), destination: z.unknown().optional() }),
)

function sourceShape(followUps: readonly string[], childSegments: readonly string[]) {
  const ids = z.array(text).exactOptional().describe('those that go along; absent: all')
  return {
    ...Object.fromEntries(childSegments.map((segment) => [segment, ids])),
    children: z.array(resource).exactOptional().describe('those below it that go along; absent: all'),
    pieces: z.array(text).exactOptional().describe('names of the pieces that go along; absent: all'),
    without: z.array(text).exactOptional().describe('names of pieces to leave out'),
    options: pieceOptions.exactOptional(),
    recipient: recipient.exactOptional(),
    ...followUpsOf(followUps),
  }
}

export function exportModel(
  followUps: readonly string[],
  childSegments: readonly string[],
): Model<ExportBody & Chosen> {
  return model(
    z.strictObject({
      ...sourceShape(followUps, childSegments),
      outputs: z
        .array(z.strictObject({ name: text, options: z.unknown().optional() }))
        .exactOptional()
        .describe('what is made; absent: the archive'),
      deliver: deliverList.exactOptional(),
      claim: z.boolean().exactOptional().describe('false: edits go on meanwhile'),
    }) as never,
  )
}

export function cloneModel(
  followUps: readonly string[],
  childSegments: readonly string[],
): Model<CloneBody & Chosen> {
  return model(
    z.strictObject({ ...sourceShape(followUps, childSegments), name: text.exactOptional() }) as never,
  )
}

/** Of an input: either of both. */
const chosenShape = {
  only: z.array(text).exactOptional().describe('names of the pieces to import; absent: all'),
  without: z.array(text).exactOptional().describe('names of pieces to leave out'),
}

function importShape(followUps: readonly string[]) {
  return {
    name: text.exactOptional().describe('absent: the one that the archive has'),
    ...chosenShape,
    options: pieceOptions.exactOptional(),
    recipient: recipient.exactOptional(),
    ...followUpsOf(followUps),
  }
}

/** Fields of a form, and what a query may say. Values that are no texts are JSON. */
export function importFieldsModel(followUps: readonly string[]): Model<ImportSettings> {
  return model(z.strictObject(importShape(followUps)) as never)
}

export function importReferenceModel(followUps: readonly string[]): Model<ImportSettings & ArchiveBody> {
  return model(z.strictObject({ ...importShape(followUps), ...archiveShape }) as never)
}

const archiveShape = {
  job: text.exactOptional().describe('id of an export'),
  output: text.exactOptional().describe('of the export; absent: the archive'),
  upload: text.exactOptional().describe('instead of a job: id of an upload that is complete'),
}

export const archiveModel: Model<ArchiveBody> = model(z.strictObject(archiveShape))

export function draftModel(followUps: readonly string[]): Model<DraftBody> {
  return model(
    z.strictObject({
      name: text,
      description: z.string().exactOptional(),
      ...followUpsOf(followUps),
    }) as never,
  )
}

/** What is to follow a job beside what does already. */
export function followUpsModel(followUps: readonly string[]): Model<FollowUpRequests> {
  return model(z.strictObject(followUpsOf(followUps)) as never)
}

/** Deliveries again, or others. */
export interface RedeliverBody extends FollowUpRequests {
  readonly deliver?: NonNullable<ExportBody['deliver']>
  readonly recipient?: string
}

export function redeliverModel(followUps: readonly string[]): Model<RedeliverBody> {
  return model(
    z.strictObject({
      deliver: deliverList.exactOptional().describe('absent: those of the job that have not arrived'),
      recipient: recipient.exactOptional(),
      ...followUpsOf(followUps),
    }) as never,
  )
}

const runShape = { ...chosenShape, options: pieceOptions.exactOptional() }
export const runModel: Model<RunBody> = model(z.strictObject(runShape))
export const validateModel: Model<ValidateBody> = model(
  z.strictObject({
    ...runShape,
    partial: z
      .literal(true)
      .exactOptional()
      .describe('also while required files are missing, where the format can; else that is refused'),
  }),
)
export const emptyModel: Model<Readonly<Record<never, never>>> = model(z.strictObject({}))

/** A side of a comparison. */
export type DiffSide =
  | ArchiveBody
  | { readonly resource: ResourceRef; readonly children?: readonly ResourceRef[] }

export interface DiffBody {
  readonly a: DiffSide
  readonly b: DiffSide
}

const side = z.union([
  z.strictObject(archiveShape),
  z.strictObject({ resource, children: z.array(resource).exactOptional() }),
])

export const diffBodyModel: Model<DiffBody> = model(z.strictObject({ a: side, b: side }))

/** Of a comparison with an archive that is sent: the other side, in fields of a form or in the query. */
export interface DiffFields extends ArchiveBody {
  readonly kind?: string
  readonly id?: string
}

export const diffFieldsModel: Model<DiffFields> = model(
  z.strictObject({
    ...archiveShape,
    kind: text.exactOptional(),
    id: text.exactOptional(),
  }),
)
