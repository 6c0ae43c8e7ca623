import { buffer } from 'node:stream/consumers'
import type { JobReport, ResourceRef } from '@piecework/core'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'
import { ana, succeeded, type TenureHost } from './tenure-host.js'

export interface ExportedFiles {
  readonly report: JobReport
  readonly zip: Buffer
  readonly files: ReadonlyMap<string, Buffer>
  text(name: string): string
}

/** Exports an output alone, and opens its zip. */
export async function exportedFiles(
  { piecework }: TenureHost,
  resource: ResourceRef,
  output: string,
): Promise<ExportedFiles> {
  const job = await piecework.export({ resource, outputs: [{ name: output }], principal: ana })
  const report = await succeeded(Promise.resolve(job))
  const zip = await buffer((await piecework.download(job.id, { output, principal: ana })).bytes)
  const files = await readZip(zip)
  const text = (name: string): string => {
    const bytes = files.get(name)
    if (!bytes) throw new Error(`There is no ${name} in ${[...files.keys()].join(', ')}.`)
    return bytes.toString()
  }
  return { report, zip, files, text }
}
