import type { PutFile, PutFiles } from '../contracts/put-files.js'
import { pageSizes } from '../defaults.js'
import { isTerminal } from '../engine/machine.js'
import { leased } from './leased.js'
import type { MemoryPutFile } from './memory-put-file.js'
import type { MemoryState } from './state.js'

export function memoryPutFiles(state: MemoryState): PutFiles {
  const isNeeded = ({ job, node, fence, withdrawn }: MemoryPutFile): boolean => {
    const slot = state.jobs.get(job)?.nodes.get(node)
    return !withdrawn && slot?.node.status === 'done' && slot.fence === fence
  }
  const page = (files: readonly MemoryPutFile[], after: string | undefined): readonly PutFile[] =>
    files
      .filter(({ id }) => Number(id) > Number(after ?? 0))
      .slice(0, pageSizes.putFiles)
      .map(({ id, piece, file }) => ({ id, piece, file }))
  return {
    announce: async (lease, files) => {
      leased(state, lease)
      for (const file of files) state.announce(lease, file)
    },
    withdraw: async (lease, files) => {
      leased(state, lease)
      const gone = new Set(files)
      for (const one of state.putFiles.values())
        if (one.job === lease.job.id && one.node === lease.node.id && one.fence === lease.fence)
          one.withdrawn ||= gone.has(one.file)
    },
    unneeded: async (job, { all, after }) =>
      page(
        [...state.putFiles.values()].filter((one) => one.job === job && (all || !isNeeded(one))),
        after,
      ),
    left: async (olderThanMs, after) => {
      const before = state.environment.now() - olderThanMs
      const isLeft = ({ job }: MemoryPutFile): boolean => {
        const ended = state.jobs.get(job)?.job
        return !ended || (isTerminal(ended.status) && endOf(ended.changes) <= before)
      }
      return page([...state.putFiles.values()].filter(isLeft), after)
    },
    forget: async (ids) => {
      for (const id of ids) state.putFiles.delete(id)
    },
  }
}

const endOf = (changes: readonly { readonly at: Date }[]): number => changes.at(-1)?.at.getTime() ?? 0
