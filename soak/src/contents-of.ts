import { planningSchema } from '@piecework/pieces-project'
import { schemaPrints } from '@piecework/test-support'
import type { Contents } from './checks/rows.js'
import type { Scene } from './scene.js'

export const contentsOf = ({ host }: Pick<Scene, 'host'>): Promise<Contents> =>
  schemaPrints(host.database, planningSchema)
