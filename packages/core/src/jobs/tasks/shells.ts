import { PieceworkError } from '../../contracts/errors.js'
import type { ResourceRef } from '../../contracts/resource.js'
import { walkTree } from '../../plan/tree.js'
import { type TaskOf, targetOf } from '../work.js'

/** Makes an empty, invisible resource for each of the tree, parents first. */
export const shellsTask: TaskOf = (work) => {
  const { job } = work.lease
  const { name, numberName, into, input } = job.request
  return work.store.attempts.run(
    work.lease,
    async (tx) => {
      for (const { ref, line } of walkTree(job.tree)) {
        const kind = work.registry.kind(ref.kind)
        if (!kind.shell)
          throw new PieceworkError('unsupported', `Resources of the kind "${kind.kind}" cannot be made.`)
        const above: ResourceRef | undefined = line.at(-2)
        const parent = above ? targetOf(work.registry, job, above) : into
        await kind.shell.create(
          {
            ref: targetOf(work.registry, job, ref),
            owner: job.principal.id,
            source: input?.format ?? 'clone',
            ...(parent && { parent }),
            ...(!above && name !== undefined && { name }),
            ...(!above && numberName && { numberName }),
          },
          tx,
        )
      }
      return {}
    },
    { signal: work.signal },
  )
}
