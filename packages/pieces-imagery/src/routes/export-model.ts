import { type Model, model } from '@piecework/server/extension'
import { z } from 'zod'
import { exportStatuses, type ImageryExport } from '../exports/export-view.js'

/** As clients get it: without the tool's areas, which they have sent. */
export type ExportViewJson = Omit<ImageryExport, 'tool' | 'createdAt' | 'job' | 'owner'> & {
  readonly createdAt: string
  readonly self: string
  /** Address of the job: its events, downloads and deliveries are below it. */
  readonly job?: string
}

const count = z.int().min(0)
const shape = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(exportStatuses),
  estimate: z.strictObject({
    pixels: count,
    bytes: count.describe('before it is compressed'),
    asked: count.describe('pixels of the area of interest'),
    windows: count,
    isFiner: z.boolean().describe('than every scene'),
    gdalVersion: z.string(),
  }),
  windows: z.strictObject({ done: count, total: count }),
  assembly: z
    .array(z.strictObject({ output: z.string(), done: count, total: count.exactOptional() }))
    .describe('bytes of each output'),
  remainingMs: count.exactOptional().describe('estimated, of the step that is under way'),
  warnings: z.array(z.strictObject({ code: z.string(), message: z.string(), count: count.exactOptional() })),
  error: z.strictObject({ code: z.string(), message: z.string() }).exactOptional(),
  result: z
    .strictObject({
      outputs: z.array(
        z.strictObject({ name: z.string(), fileName: z.string(), size: count, sha256: z.string() }),
      ),
      deliveries: z.array(
        z.strictObject({ target: z.string(), output: z.string(), location: z.string().exactOptional() }),
      ),
      coverage: z.number().describe('share of what was asked for'),
      gdalVersion: z.string(),
    })
    .exactOptional(),
  createdAt: z.iso.datetime(),
  self: z.string(),
  job: z.string().exactOptional(),
})

export const exportModel: Model<ExportViewJson> = model(shape as never, 'ImageryExport')

interface Listed {
  readonly items: readonly { readonly id: string; readonly name: string; readonly createdAt: string }[]
}

const queryModel: Model<{ readonly after?: string }> = model(
  z.strictObject({
    after: z.uuid().exactOptional().describe('id of the last one of the page before'),
  }) as never,
)
const answerModel: Model<Listed> = model(
  z.strictObject({
    items: z.array(z.strictObject({ id: z.string(), name: z.string(), createdAt: z.iso.datetime() })),
  }) as never,
)
export const listedModel = { query: queryModel, answer: answerModel } as const

export function shown(one: ImageryExport, address: string): ExportViewJson {
  const { tool: _tool, owner: _owner, job, createdAt, ...view } = one
  return {
    ...view,
    createdAt: createdAt.toISOString(),
    self: `${address}/imagery/exports/${one.id}`,
    ...(job !== undefined && { job: `${address}/jobs/${job}` }),
  }
}
