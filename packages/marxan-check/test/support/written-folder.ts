import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { artifactSource, openArchive } from '@piecework/core/archive'
import { findMarxanFiles, marxanUploads } from '@piecework/marxan-files'
import type { ValidationHost } from './validation-host.js'

const principal = { id: 'ann' }

/** Imports the folder; what was told, and the scenario that it has become. */
export async function importedFolder({ piecework, database }: ValidationHost, folder: string) {
  const uploads = await marxanUploads(await findMarxanFiles(folder))
  const job = await piecework.import({ format: 'legacy-marxan', name: 'Case', uploads, principal })
  const { job: ended, findings } = await job.ended()
  assert.equal(ended.status, 'succeeded', JSON.stringify([ended.error, findings]))
  const { rows } = await database.query<{ id: string }>(
    'SELECT id::text FROM planning.scenarios WHERE project_id = $1',
    [ended.result.resource?.id],
  )
  return { findings, scenario: rows[0]?.id ?? assert.fail('no scenario') }
}

/** Writes the Marxan folder of a scenario's export, its results with it, into `folder`. */
export async function writtenFolder(
  { piecework, artifacts }: ValidationHost,
  scenario: string,
  folder: string,
): Promise<void> {
  const job = await piecework.export({ resource: { kind: 'scenario', id: scenario }, principal })
  const { job: ended } = await job.ended()
  assert.equal(ended.status, 'succeeded', JSON.stringify(ended.error))
  const archive = await openArchive(
    await artifactSource(artifacts, ended.result.archive?.artifact ?? assert.fail('no archive')),
  )
  for (const { resource, name } of archive.manifest.pieces) {
    if (!/^scenario\/marxan-(?:input|output)$/.test(name)) continue
    const entries = archive.entries({ resource, name })
    for (const path of entries.paths) {
      const chunks: Uint8Array[] = []
      for await (const chunk of entries.open(path)) chunks.push(chunk)
      const at = join(folder, name.endsWith('output') ? `output/${path}` : path)
      await mkdir(dirname(at), { recursive: true })
      await writeFile(at, Buffer.concat(chunks))
    }
  }
  await archive.close()
}
