import type { Job, Lease, NewJob, Store } from '@piecework/core/store'

/** An export of nothing, with these nodes in batch 0. */
export function newJob(id: string, nodes: readonly string[] = ['export a']): NewJob {
  return {
    id,
    kind: 'export',
    tree: { kind: 'notebook', id: 'b1', children: [] },
    principal: { id: 'ann' },
    request: { options: {} },
    claims: [],
    batches: 1,
    nodes: [
      ...nodes.map((node) => ({ id: node, task: 'export' as const, batch: 0, piece: 'work/a' })),
      { id: 'finish', task: 'finish' as const, batch: 1 },
    ],
  }
}

export async function leased(store: Store, job: Job, node: string): Promise<Lease> {
  const lease = await store.attempts.begin({ job: job.id, node, attempt: 1 }, 'test')
  if (!lease) throw new Error(`${node} cannot begin.`)
  return lease
}
