import { randomUUID } from 'node:crypto'
import type { NewJob, NewNode, ResourceRef } from '@piecework/core/store'

export interface SampleJob {
  /** Pieces by batch. Default: two batches of two. */
  readonly batches?: readonly (readonly string[])[]
  /** Default: a project of its own. */
  readonly project?: ResourceRef
  readonly kind?: NewJob['kind']
  readonly target?: ResourceRef
  readonly priority?: number
  readonly timeLimitMs?: number
  /** Deliveries, each a node `deliver <name>` of the last batch. */
  readonly deliver?: readonly string[]
  /** Pieces whose nodes plan parts. */
  readonly plans?: readonly string[]
  readonly retryOf?: string
}

/** A resource that no other law uses. */
export const sampleProject = (): ResourceRef => ({ kind: 'project', id: randomUUID() })

export const pathOf = ({ kind, id }: ResourceRef): string => `${kind}:${id}`

/** Id of the node of a piece in a sample job. */
export const nodeOf = (job: Pick<NewJob, 'tree'>, piece: string): string =>
  `export ${pathOf(job.tree)} sample/${piece}`

/** A job that claims one project. A store's tests need not register the pieces: a store does not know them. */
export function sampleJob(options: SampleJob = {}): NewJob {
  const {
    batches = [
      ['a', 'b'],
      ['c', 'd'],
    ],
    project = sampleProject(),
    kind = 'export',
    target,
    priority,
    timeLimitMs,
    deliver = [],
    plans = [],
    retryOf,
  } = options
  const tree = { ...project, children: [] }
  const nodes = batches.flatMap((pieces, batch) =>
    pieces.map(
      (piece): NewNode => ({
        id: nodeOf({ tree }, piece),
        task: plans.includes(piece) ? 'plan' : 'export',
        batch,
        resource: project,
        piece: `sample/${piece}`,
      }),
    ),
  )
  const deliveries = deliver.map(
    (name): NewNode => ({ id: `deliver ${name}`, task: 'deliver', batch: batches.length }),
  )
  const last = batches.length + (deliver.length > 0 ? 1 : 0)
  return {
    id: randomUUID(),
    kind,
    tree,
    ...(target && { target }),
    principal: { id: 'someone' },
    request: {
      options: {},
      ...(deliver.length > 0 && {
        deliver: deliver.map((key) => ({ target: 'sample', output: 'archive', destination: {}, key })),
      }),
    },
    batches: last,
    nodes: [...nodes, ...deliveries, { id: 'finish', task: 'finish', batch: last }],
    claims: [pathOf(target ?? project)],
    ...(priority !== undefined && { priority }),
    ...(timeLimitMs !== undefined && { timeLimitMs }),
    ...(retryOf !== undefined && { retryOf }),
  }
}
