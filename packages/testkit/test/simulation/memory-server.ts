import { memoryStore } from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { type MakeServer, sharedStore } from '@piecework/testkit'

/** Several processes share one store in memory; `change` may break it. */
export const memoryServer =
  (change: (store: Store) => Store = (store) => store): MakeServer =>
  (settings) => {
    const { database, environment, leaseMs } = settings
    return sharedStore(change(memoryStore({ database, environment, leaseMs })), settings)
  }
