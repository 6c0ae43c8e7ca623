import type { Lease, Store, Task } from '@piecework/core/store'

/** The store with some of its methods replaced. */
export function changed(
  store: Store,
  rooms: { readonly [Room in keyof Store]?: Partial<Store[Room]> },
): Store {
  const replaced = Object.entries(rooms).map(([room, methods]) => [
    room,
    { ...store[room as keyof Store], ...methods },
  ])
  return { ...store, ...Object.fromEntries(replaced) }
}

/** `begin` of the store; `seen` is called with each lease that it gives. */
export function seeingLeases(
  store: Store,
  seen: (node: string, lease: Lease) => void,
): Store['attempts']['begin'] {
  return async (task, worker) => {
    const lease = await store.attempts.begin(task, worker)
    if (lease) seen(nodeOf(task), lease)
    return lease
  }
}

/** One name for a node of all jobs. */
export const nodeOf = ({ job, node }: Pick<Task, 'job' | 'node'>): string => `${job} ${node}`
export const nodeOfLease = ({ job, node }: Lease): string => nodeOf({ job: job.id, node: node.id })
