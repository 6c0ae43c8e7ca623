import type { Database } from '@piecework/core'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import type { PieceworkHttp } from '@piecework/server'
import type { FastifyInstance, FastifyRequest } from 'fastify'

interface Parts {
  readonly database: Database
  readonly http: PieceworkHttp
}

interface Rename {
  readonly Params: { readonly id: string }
  readonly Body: { readonly name: string }
}

const renameSchema = {
  body: {
    type: 'object',
    required: ['name'],
    additionalProperties: false,
    properties: { name: { type: 'string', minLength: 1, maxLength: 200 } },
  },
}

/** The host's own: what there is, and one edit, which jobs and this keep apart. */
export async function projectRoutes(app: FastifyInstance, { database, http }: Parts): Promise<void> {
  app.get('/projects', async ({ person }, reply) => {
    if (!person) return reply.code(401).send({ message: 'Who are you?' })
    const { rows } = await database.query(
      `SELECT id, name, owner_id AS owner,
         (SELECT count(*)::int FROM ${projectTables.planning_units} u WHERE u.project_id = p.id) AS units,
         ARRAY(SELECT id FROM ${scenarioTables.scenarios} s
           WHERE s.project_id = p.id AND s.state = 'ready' ORDER BY created_at, name) AS scenarios
       FROM ${projectTables.projects} p
       WHERE state = 'ready' AND ($1 = 'looks' OR $1 = 'plans' AND owner_id = $2) ORDER BY created_at, name`,
      [person.rights, person.id],
    )
    return rows
  })

  const guard = http.guard<FastifyRequest>(({ params }) => ({
    kind: 'project',
    id: (params as Rename['Params']).id,
  }))
  app.patch<Rename>(
    '/projects/:id',
    { schema: renameSchema, preHandler: guard.fastify },
    async ({ params: { id }, body: { name } }) => {
      await database.query(`UPDATE ${projectTables.projects} SET name = $2 WHERE id = $1`, [id, name])
      return { id, name }
    },
  )
}
