import { pageRoutes } from '@piecework/page'
import { pieceworkHttp } from '@piecework/server'
import { type FastifyRequest, fastify } from 'fastify'
import { homeRoutes } from './home-routes.js'
import type { PlanningHost } from './open-host.js'
import { type Person, personOf } from './people.js'
import { projectRoutes } from './project-routes.js'
import type { Settings } from './settings.js'

declare module 'fastify' {
  interface FastifyRequest {
    person: Person | null
  }
}

/** Serves until the function that it resolves to is called, which ends requests and streams first. */
export async function startServer(host: PlanningHost, { port, url }: Settings): Promise<() => Promise<void>> {
  const { piecework, database } = host
  const http = pieceworkHttp({
    piecework,
    basePath: '/api/v1',
    paths: { project: 'projects', scenario: 'scenarios' },
    formats: { 'legacy-marxan': 'legacy' },
    publicUrl: url,
    extensions: [pageRoutes()],
    principal: ({ person }: FastifyRequest) => person && { id: person.id },
  })
  const app = fastify({ bodyLimit: 64 * 1024 })
  app.decorateRequest('person', null)
  app.addHook('onRequest', async (request, reply) => {
    request.person = personOf(request.headers.authorization)
    // For those who want to see that any process will do.
    reply.header('x-process', process.pid)
  })
  await app.register(http.fastify)
  await app.register(homeRoutes)
  await app.register(projectRoutes, { database, http })
  await app.listen({ port, host: '127.0.0.1' })
  return async () => {
    http.stop()
    await app.close()
    await host.close()
  }
}
