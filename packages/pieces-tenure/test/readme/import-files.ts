import type { Piecework } from '@piecework/core'

/** The id of the project that a zip of tenure/shp has become; rejects with what is wrong with it. */
export async function importFiles(piecework: Piecework, file: string, organization: string): Promise<string> {
  const job = await piecework.import({
    format: 'tenure-shp',
    uploads: { export: { file } },
    into: { kind: 'tenure-organization', id: organization },
    principal: { id: '1' },
    name: 'London, as it came back',
  })
  const { resource } = await job.result()
  return resource?.id ?? ''
}
