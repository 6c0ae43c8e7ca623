// A host that imports a Marxan folder: node legacy-host.js path/to/marxan-folder
import { createPiecework, fileArtifacts } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { findMarxanFiles, marxanUploads } from '@piecework/marxan-files'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'

const database = await embedded()
await migrate(database, [...planningMigrations, ...scenarioMigrations])
const store = postgresStore({ database })
await store.migrate()
const piecework = createPiecework({
  packs: [planningProject(), planningScenario(), legacyMarxanPack()],
  store,
  artifacts: fileArtifacts('build/uploads'),
  runtime: inProcess(),
})
await piecework.start()

const [, , folder = '.'] = process.argv
const files = await findMarxanFiles(folder)
const job = await piecework.import({
  format: 'legacy-marxan',
  principal: { id: 'ana' },
  name: 'Reefs',
  uploads: await marxanUploads(files),
})
const { job: ended, findings } = await job.ended()
for (const { severity, file, line, message } of [...files.findings, ...findings])
  console.log(severity, file, line, message)
console.log(ended.status, ended.result.resource?.id)
await piecework.stop()
await database.close()
