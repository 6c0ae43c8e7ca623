import type { AccessPolicy } from '@piecework/core'
import type { Database, Environment, Moments, Runtime, Store } from '@piecework/core/store'

export interface ServerSettings {
  /** The time that the store must go by, and its chance. */
  readonly environment: Environment
  readonly leaseMs: number
  /** The host's tables in memory, for stores that keep their own in memory, too. */
  readonly database: Database
  /** Runs what this process must wait for, such as a query to a server: no simulated time passes meanwhile. */
  outside<T>(work: () => Promise<T>): Promise<T>
}

/** A store that several processes reach, each with a clock of its own. */
export interface SimulatedServer {
  /** The store as a process with this clock has it. */
  connect(environment: Environment): Store
  /**
   * Where the host's tables are, if not in memory. Its transactions run one after the other, and nothing in
   * the simulation waits inside of one.
   */
  readonly database?: Database
  close?(): Promise<void>
}

export type MakeServer = (settings: ServerSettings) => SimulatedServer | Promise<SimulatedServer>

/** What is simulated. */
export interface SimulatedParts {
  /** A server that nothing else uses, empty. Called for each seed. */
  readonly make: MakeServer
  /** The runtime of one process, which takes all its time from `environment`. Absent: one queue for all processes. */
  runtime?(process: { readonly environment: Environment }): Runtime
  /** How each process asks the policy, which forgets no loss of a right. Absent: as it is. */
  access?(policy: AccessPolicy): AccessPolicy
}

/** A store whose answers are by one clock, shared with processes that have others. */
export function sharedStore(store: Store, { environment: own }: ServerSettings): SimulatedServer {
  return {
    connect: (environment) => {
      const ahead = (): number => environment.now() - own.now()
      const here = (date: Date): Date => new Date(date.getTime() - ahead())
      const there = (date: Date): Date => new Date(date.getTime() + ahead())
      return {
        ...store,
        ...besideMoments(store),
        attempts: { ...store.attempts, overdue: (before) => store.attempts.overdue(here(before)) },
        drafts: { ...store.drafts, idle: (before) => store.drafts.idle(here(before)) },
        outbox: {
          ...store.outbox,
          pending: async (limit) =>
            (await store.outbox.pending(limit)).map(({ id, action }) => ({
              id,
              action: action.type === 'task' ? { ...action, notBefore: there(action.notBefore) } : action,
            })),
        },
      }
    },
  }
}

/** Each process holds moments of its own. */
function besideMoments({ moments }: Store): Pick<Store, 'moments'> {
  const beside = moments && 'beside' in moments ? (moments.beside as () => Moments) : undefined
  return beside ? { moments: beside() } : {}
}
