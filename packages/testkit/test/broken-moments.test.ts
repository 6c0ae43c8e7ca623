import type { MomentRead, Moments, Store } from '@piecework/core/store'
import { isPieceworkError, PieceworkError } from '@piecework/core/store'
import { assertBreaks, numberedStore } from '@piecework/test-support'
import { momentLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { changed } from './changed-store.js'

const test = suite('laws of moments can fail')

type Stores = readonly [Store, Store]

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, (stores: Stores) => Stores]> = {
  'reads each node at a moment of its own': [
    'one moment: all nodes of an export see what the first one saw',
    each((_, { database }) => ({
      read: async (_lease, work) => ({ value: await database.transaction(work), moment: 1 }),
    })),
  ],
  'takes a moment in each process': [
    'one moment: nodes that begin at once, in several processes',
    ([one, other]) => [one, { ...other, moments: ofItsOwn(other) }],
  ],
  'takes one moment for all exports': ['one moment: each export has its own', ofTheFirst],
  'lets the moment go when the plan has ended': [
    'one moment: parts read at that of their plan',
    each((moments) => ({ seen: () => moments.release() })),
  ],
  'lets go in a sweep what is needed': [
    'one moment: parts read at that of their plan',
    each((moments) => ({ sweep: () => moments.release() })),
  ],
  'lets go in all processes what one lets go': [
    'one moment: it is held as long as one of the processes',
    ([one, other]) => {
      const release = async (): Promise<void> => {
        for (const { moments } of [one, other]) await moments?.release()
      }
      return each(() => ({ release }))([one, other])
    },
  ],
  'goes on at another moment as if it were the same': [
    'one moment: when it is lost all is read again at another one',
    each((moments, { database }) => {
      let isLost = false
      return {
        release: async () => {
          isLost = true
          await moments.release()
        },
        read: async (lease, work, options) =>
          isLost
            ? { value: await database.transaction(work), moment: 2 }
            : moments.read(lease, work, options),
      }
    }),
  ],
  'keeps what was returned of what is read again': [
    'one moment: when it is lost all is read again at another one',
    (stores) => {
      const outputs = new Map<string, unknown>()
      return stores.map((store) =>
        changed(store, {
          attempts: {
            run: async (lease, work, options) => {
              const result = typeof work === 'function' ? await store.database.transaction(work) : work
              const job = await store.attempts.run(lease, result, options)
              if (result.output !== undefined) outputs.set(lease.node.id, result.output)
              return job
            },
          },
          reports: {
            node: async (...which) => {
              const node = await store.reports.node(...which)
              return node && outputs.has(node.id) ? { ...node, output: outputs.get(node.id) } : node
            },
          },
        }),
      ) as unknown as Stores
    },
  ],
  'lets an attempt that was taken over read': [
    'one moment: an attempt that was taken over takes none',
    each((moments, { database }) => ({
      read: async (lease, work, options) => {
        try {
          return await moments.read(lease, work, options)
        } catch (error) {
          if (!isPieceworkError(error, 'lease-lost')) throw error
          return { value: await database.transaction(work), moment: 2 }
        }
      },
    })),
  ],
  'forgets the plan that was made before a loss': [
    'one moment: a plan that was made before a loss stays',
    ([one, other]) => {
      let isLost = false
      const losing = each((moments) => ({
        release: async () => {
          isLost = true
          await moments.release()
        },
      }))([one, other])
      return losing.map((store) =>
        changed(store, {
          reports: {
            node: async (...which) => {
              const node = await store.reports.node(...which)
              return node?.task === 'plan' && isLost ? { ...node, status: 'waiting' } : node
            },
          },
        }),
      ) as unknown as Stores
    },
  ],
  'never gives up': [
    'one moment: an export that loses what it has read a third time',
    each((moments, { database }) => ({
      read: (lease, work, options) =>
        moments.read(lease, work, options).catch(async (error: unknown): Promise<MomentRead<never>> => {
          if (!isPieceworkError(error, 'snapshot-lost')) throw error
          return { value: (await database.transaction(work)) as never, moment: 4 }
        }),
    })),
  ],
  'gives up for what nobody has read': [
    'one moment: a moment that is lost before anything was read to its end',
    each((moments) => ({
      read: async (lease, work, options) => {
        const found = await moments.read(lease, work, options)
        if ((found.moment ?? 0) > 3) throw new PieceworkError('snapshot-lost', 'It was lost too often.')
        return found
      },
    })),
  ],
  'keeps what a retry has taken over': [
    'one moment: what a retry has taken over is read again',
    (stores) =>
      stores.map((store) =>
        changed(store, {
          attempts: {
            run: async (lease, work, options) => {
              const { reusedFrom: _, ...result } =
                typeof work === 'function' ? await store.database.transaction(work) : work
              return store.attempts.run(lease, result, options)
            },
          },
        }),
      ) as unknown as Stores,
  ],
  'never tells that a moment is taken': [
    'one moment: what a retry has taken over is read again',
    each(() => ({ isTaken: async () => false })),
  ],
  'holds a moment for one node': [
    'one moment: the only node of a job that reads takes none',
    each((moments) => ({
      read: async (...args) => ({ moment: 1, ...(await moments.read(...args)) }),
    })),
  ],
  'lets the moment of a node that fails go': [
    'one moment: a node that fails, or is aborted, leaves it to the others',
    each((moments) => ({
      read: (...args) =>
        moments.read(...args).catch(async (error: unknown) => {
          await moments.release()
          throw error
        }),
    })),
  ],
  'reads on for a job that was cancelled': [
    'one moment: a node that fails, or is aborted, leaves it to the others',
    each((moments) => ({
      read: (lease, work) => moments.read(lease, work, { signal: new AbortController().signal }),
    })),
  ],
}

for (const [what, [law, breaks]] of Object.entries(broken)) {
  const name = `a store that ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) =>
        momentLaws(collect, { ...numberedStore, make: () => breaks(numberedStore.make()) }),
      whole: (collect) => momentLaws(collect, numberedStore),
      sideBySide: 20,
    }),
  )
}

/** Changes the moments of each process. */
function each(change: (moments: Moments, store: Store) => Partial<Moments>): (stores: Stores) => Stores {
  const one = (store: Store): Store =>
    store.moments ? { ...store, moments: { ...store.moments, ...change(store.moments, store) } } : store
  return ([first, second]) => [one(first), one(second)]
}

function ofItsOwn({ moments, database }: Store): Moments {
  if (!moments) throw new Error('The store has no moments.')
  return { ...moments, read: async (_, work) => ({ value: await database.transaction(work), moment: 1 }) }
}

/** Whatever job reads first. */
function ofTheFirst(stores: Stores): Stores {
  let first: Parameters<Moments['read']>[0] | undefined
  return each((moments) => ({
    read: (lease, work, options) => {
      first ??= lease
      return moments.read(first, work, options)
    },
  }))(stores)
}

test.run()
