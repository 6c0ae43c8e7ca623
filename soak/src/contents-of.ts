import { planningSchema } from '@piecework/pieces-project'
import { schemaPrints } from '@piecework/test-support'
import type { Contents } from './checks/rows.js'
import type { Scene } from './scene.js'

/** Of all databases: each table is in one. */
export const contentsOf = async ({ host }: Pick<Scene, 'host'>): Promise<Contents> => ({
  ...(await schemaPrints(host.database, planningSchema)),
  ...(host.geo && (await schemaPrints(host.geo, planningSchema))),
})
