import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPiecework, fileArtifacts } from '@piecework/core'
import { pageRoutes } from '@piecework/page'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'

export interface MarxanHost {
  /** Of the page. */
  readonly page: string
  readonly api: string
  readonly databaseUrl: string
  close(): Promise<void>
}

/** Planning projects on a server of their own: the embedded database takes minutes for twelve thousand units. `files`: a folder. */
export async function marxanHost(files: string): Promise<MarxanHost> {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 6 })
  const database = fromPg(pool)
  const store = postgresStore({ database })
  await store.migrate()
  await migrate(database, [...planningMigrations, ...scenarioMigrations])
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario(), legacyMarxanPack()],
    store,
    artifacts: fileArtifacts(files),
    runtime: inProcess({ concurrency: 2 }),
  })
  await piecework.start()
  const http = pieceworkHttp({
    piecework,
    basePath: '/api/v1',
    paths: { project: 'projects', scenario: 'scenarios' },
    formats: { 'legacy-marxan': 'legacy' },
    publicUrl: 'https://plans.example.org',
    extensions: [pageRoutes()],
    principal: (_: IncomingMessage) => ({ id: 'ann' }),
  })
  const server = createServer((request, response) =>
    http.node(request, response, () => response.writeHead(404).end()),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
  return {
    page: `${api}/ui`,
    api,
    databaseUrl: scratch.url,
    close: async () => {
      http.stop()
      await piecework.stop()
      server.closeAllConnections()
      server.close()
      await pool.end()
      await scratch.drop()
    },
  }
}
