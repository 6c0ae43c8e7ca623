import { createPiecework, type Database, fileArtifacts, type Piecework } from '@piecework/core'
import { tenureMigrations, tenureProject } from '@piecework/pieces-tenure'
import { migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'

export async function tenureHost(database: Database, folder: string): Promise<Piecework> {
  await migrate(database, tenureMigrations)
  const store = postgresStore({ database })
  await store.migrate()
  const piecework = createPiecework({
    packs: [tenureProject({ files: fileArtifacts(`${folder}/resources`) })],
    store,
    artifacts: fileArtifacts(`${folder}/artifacts`),
    runtime: inProcess({ concurrency: 4 }),
  })
  await piecework.start()
  return piecework
}

/** The names of two zips: tables and shapefiles, and the files of the resources. */
export async function exportFiles(piecework: Piecework, id: string): Promise<readonly string[]> {
  const job = await piecework.export({
    resource: { kind: 'tenure-project', id },
    outputs: [{ name: 'tenure/shp' }, { name: 'tenure/resources' }],
    principal: { id: '1' },
  })
  const { outputs = [] } = await job.result()
  return outputs.map(({ fileName }) => fileName)
}
