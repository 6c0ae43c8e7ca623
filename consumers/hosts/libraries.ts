// The host's own libraries fit what Piecework asks of them by structure. Compiled only.

import type { Store } from '@piecework/core/store'
import { fromKnex, fromPg, postgresStore } from '@piecework/postgres'
import { redisRuntime } from '@piecework/runtime-redis'
import { Redis } from 'ioredis'
import { knex } from 'knex'
import { Pool } from 'pg'

export const onPool: Store = postgresStore({ database: fromPg(new Pool()) })
export const onKnex: Store = postgresStore({ database: fromKnex(knex({ client: 'pg' })) })
export const onClient = redisRuntime({ connection: new Redis() })
export const onAddress = redisRuntime({ connection: 'redis://localhost' })
