import type { JobReport } from '@piecework/core'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { newOrganization } from './sample-project.js'
import { ben, type TenureHost } from './tenure-host.js'

export type Files = Readonly<Record<string, string | Uint8Array>>

/** Imports a zip into a new organization, whatever comes of it. */
export async function imported(
  { piecework, db }: TenureHost,
  format: string,
  zip: Uint8Array | Files,
): Promise<JobReport & { readonly id: string }> {
  const into = { kind: 'tenure-organization', id: await newOrganization(db) }
  const bytes = zip instanceof Uint8Array ? zip : zipOfFiles(zip)
  const stream = (async function* () {
    yield bytes
  })()
  const job = await piecework.import({
    format,
    uploads: { export: { stream } },
    into,
    principal: ben,
    name: 'Copy',
  })
  const report = await job.ended()
  return { ...report, id: report.job.result.resource?.id ?? '' }
}

export const zipOfFiles = (files: Files): Buffer =>
  zipOf(Object.entries(files).map(([name, content]) => ({ name, bytes: Buffer.from(content) })))
