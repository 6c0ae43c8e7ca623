import { createReadStream } from 'node:fs'
import { type AccessPolicy, createPiecework, type Database, fileArtifacts } from '@piecework/core'
import {
  addScene,
  findGdal,
  imagery,
  imageryExports,
  imageryMigrations,
  imageryPolicy,
} from '@piecework/pieces-imagery'
import { migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'

export async function imageryHost(database: Database, folder: string, policy: AccessPolicy) {
  await migrate(database, imageryMigrations)
  const store = postgresStore({ database })
  await store.migrate()
  const files = fileArtifacts(`${folder}/scenes`)
  const options = { files, access: policy, gdal: await findGdal() }
  const piecework = createPiecework({
    packs: [imagery(options)],
    store,
    artifacts: fileArtifacts(`${folder}/artifacts`),
    runtime: inProcess({ concurrency: 2 }),
    access: imageryPolicy({ policy, database }),
  })
  await piecework.start()
  return { piecework, exports: imageryExports({ ...options, piecework, database }), options }
}

/** Adds a scene to a project, and exports the project within an area. Resolves to the size of its GeoTIFF. */
export async function exportLake(
  database: Database,
  { piecework, exports, options }: Awaited<ReturnType<typeof imageryHost>>,
  project: string,
  scene: string,
  area: unknown,
): Promise<number> {
  const principal = { id: 'ana' }
  const bands = ['red', 'green', 'blue', { name: 'nir', role: 'nir' as const }]
  const bytes = createReadStream(scene)
  await addScene({ ...options, database }, { name: 'May', owner: principal.id, bytes, bands, project })
  const request = { name: 'Lake', source: { project }, projection: 6677, mask: area, crop: true }
  const made = await exports.create(request, { principal })
  for await (const { job } of piecework.watch(made.job ?? '', { principal })) console.log(job.status)
  const { result } = await exports.get(made.id, { principal })
  return result?.outputs.find(({ name }) => name === 'imagery/cog')?.size ?? 0
}
