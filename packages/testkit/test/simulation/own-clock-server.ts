import { memoryStore } from '@piecework/core'
import { type MakeServer, sharedStore } from '@piecework/testkit'

/** A store whose time goes on by itself: it does not see that the database's clock was set back. */
export const ownClockServer: MakeServer = (settings) => {
  const { database, environment, leaseMs } = settings
  let seen = environment.now()
  let own = seen
  const now = (): number => {
    const real = environment.now()
    own += Math.max(0, real - seen)
    seen = real
    return own
  }
  return sharedStore(memoryStore({ database, environment: { ...environment, now }, leaseMs }), settings)
}
