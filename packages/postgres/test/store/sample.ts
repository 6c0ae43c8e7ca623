import { randomUUID } from 'node:crypto'
import type { NewJob } from '@piecework/core/store'

/** A job of one node that claims one project. */
export function exportJob(project: string = randomUUID()): NewJob {
  const resource = { kind: 'project', id: project }
  return {
    id: randomUUID(),
    kind: 'export',
    tree: { ...resource, children: [] },
    principal: { id: 'someone' },
    request: { options: {} },
    batches: 1,
    nodes: [
      { id: 'a', task: 'export', batch: 0, resource, piece: 'sample/a' },
      { id: 'finish', task: 'finish', batch: 1 },
    ],
    claims: [`project:${project}`],
  }
}
