import { deliveryTaken, isTerminal, type Job, type Store } from '@piecework/core/store'
import { changed } from './changed-store.js'

const law = 'exactly once: a job that delivers once makes no delivery'

/** Faults of jobs that make the deliveries which are left of another one, and the law that must see each. */
export const redeliveryFaults: Record<string, [law: string, (store: Store) => Store]> = {
  'makes a delivery as often as it is asked for': [
    law,
    (store) => changed(store, { jobs: { create: ({ deliversOnce: _, ...job }) => store.jobs.create(job) } }),
  ],
  'looks for deliveries before it makes the job': [
    'exactly once: of many racing jobs that deliver once',
    (store) => lookingFirst(store, takenOf),
  ],
  'takes what was delivered for left': [
    law,
    (store) => lookingFirst(store, (job) => (isTerminal(job.status) ? [] : takenOf(job))),
  ],
  'takes what has failed for delivered': [
    law,
    (store) => lookingFirst(store, ({ request }) => request.deliver?.map(({ key }) => key) ?? []),
  ],
}

const takenOf = ({ status, request, result }: Job): readonly string[] =>
  ((isTerminal(status) ? result.deliveries : request.deliver) ?? []).map(({ key }) => key)

function lookingFirst(store: Store, taken: (job: Job) => readonly string[]): Store {
  return changed(store, {
    jobs: {
      create: async ({ deliversOnce, ...job }) => {
        const { delivers, deliver = [] } = job.request
        const others = deliversOnce ? await store.jobs.list({ resource: job.tree, limit: 1000 }) : []
        for (const other of others) {
          if (other.id !== delivers && other.request.delivers !== delivers) continue
          const key = deliver.find((one) => taken(other).includes(one.key))?.key
          if (key !== undefined) throw deliveryTaken(job, key)
        }
        return store.jobs.create(job)
      },
    },
  })
}
