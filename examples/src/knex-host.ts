// A host that uses knex: DATABASE_URL=postgres://… node knex-host.js
import { createPiecework, fileArtifacts } from '@piecework/core'
import { planningMigrations, planningProject, projectTables } from '@piecework/pieces-project'
import { fromKnex, postgresStore, toKnexMigrationSource } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import knex from 'knex'

const connect = (max: number) =>
  knex({ client: 'pg', connection: process.env.DATABASE_URL ?? '', pool: { min: 0, max } })
const db = connect(4)
// Progress and cancel never wait for data.
const control = connect(2)

await db.migrate.latest({
  migrationSource: toKnexMigrationSource(planningMigrations),
  tableName: 'planning_migrations',
})
const store = postgresStore({ database: fromKnex(db), control: fromKnex(control) })
await store.migrate()
const piecework = createPiecework({
  packs: [planningProject()],
  store,
  artifacts: fileArtifacts('build/archives'),
  runtime: inProcess({ concurrency: 4 }),
})
await piecework.start()

const principal = { id: 'ana' }
// The project and the request to export it commit together.
const job = await db.transaction(async (trx) => {
  const [project] = await trx(projectTables.projects)
    .insert({ name: 'Reefs', owner_id: principal.id })
    .returning('id')
  const resource = { kind: 'project', id: project.id }
  return piecework.using(fromKnex(trx)).export({ resource, principal })
})
const { archive } = await job.result()
console.log('exported', archive?.size, 'bytes')

await piecework.stop()
await Promise.all([db.destroy(), control.destroy()])
