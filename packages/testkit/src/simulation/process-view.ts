import type { ArtifactStore, ByteRange, Store, Transaction } from '@piecework/core/store'
import type { Link } from './link.js'

type Method = (...given: readonly never[]) => Promise<unknown>

/** The store as one process reaches it. */
export function storeSeenBy(link: Link, server: Store): Store {
  const { attempts, drafts, guard, database, moments } = server
  const room = <Room extends object>(name: string, methods: Room): Room => {
    const seen = Object.entries(methods as Record<string, Method>).map(([method, call]) => [
      method,
      (...given: readonly never[]) => link.call('database', `${name}.${method}`, () => call(...given)),
    ])
    return Object.fromEntries(seen) as Room
  }
  const { database: _, ...rooms } = server
  link.whenDisconnected(() => void moments?.release())
  const seen = Object.entries(rooms).map(([name, methods]) => [name, room(name, methods)])
  return {
    ...(Object.fromEntries(seen) as typeof rooms),
    attempts: {
      ...room('attempts', attempts),
      run: (lease, work, options) =>
        link.call('database', 'attempts.run', () =>
          attempts.run(lease, typeof work === 'function' ? inside(link, work) : work, options),
        ),
    },
    drafts: {
      ...room('drafts', drafts),
      create: (job, shells) =>
        link.call('database', 'drafts.create', () => drafts.create(job, inside(link, shells))),
    },
    guard: {
      ...room('guard', guard),
      claim: async (paths, holder) => {
        const claim = await link.call('database', 'guard.claim', () => guard.claim(paths, holder))
        return { release: () => link.call('database', 'release', () => claim.release()) }
      },
      edit: (path, edit, options) =>
        link.call('database', 'guard.edit', () => guard.edit(path, edit, options)),
    },
    ...(moments && {
      moments: {
        ...room('moments', moments),
        read: (lease, work, options) =>
          link.call('database', 'moments.read', () => moments.read(lease, inside(link, work), options)),
      },
    }),
    database: {
      query: (sql, values) => link.call('database', 'query', () => database.query(sql, values)),
      transaction: (work, options) =>
        link.call('database', 'transaction', () => database.transaction(inside(link, work), options)),
    },
  }
}

/** The same work, whose process may lose its connection, freeze or die at any query. */
function inside<T>(link: Link, work: (tx: Transaction) => Promise<T>): (tx: Transaction) => Promise<T> {
  return async (tx) => {
    const done = await work({
      ...tx,
      query: async (sql, values) => {
        await link.step()
        return tx.query(sql, values)
      },
    })
    await link.step()
    return done
  }
}

/** The artifact store as one process reaches it. */
export function artifactsSeenBy(link: Link, artifacts: ArtifactStore): ArtifactStore {
  const passed = async function* <T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const item of items) {
      await link.process.awake()
      yield item
    }
  }
  return {
    put: (key, bytes) => link.call('storage', 'put', () => artifacts.put(key, passed(bytes))),
    open: async function* (key: string, range?: ByteRange) {
      yield* passed(await link.call('storage', 'open', async () => artifacts.open(key, range)))
    },
    stat: (key) => link.call('storage', 'stat', () => artifacts.stat(key)),
    delete: (key) => link.call('storage', 'delete', () => artifacts.delete(key)),
    list: async function* (prefix) {
      yield* passed(await link.call('storage', 'list', async () => artifacts.list(prefix)))
    },
  }
}
