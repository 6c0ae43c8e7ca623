import type { JobNode } from '../contracts/nodes.js'
import type { Reports } from '../contracts/reports.js'
import { storeDefaults } from '../defaults.js'
import type { MemoryState } from './state.js'
import { summaryOf } from './summary-of.js'

type Place = Pick<JobNode, 'batch' | 'id'>

export function memoryReports(state: MemoryState): Reports {
  const nodesOf = (job: string): readonly JobNode[] =>
    [...(state.jobs.get(job)?.nodes.values() ?? [])].map((slot) => slot.node)
  return {
    summary: async (id) => {
      const entry = state.jobs.get(id)
      return entry && summaryOf(entry.job, entry.revision, [...nodesOf(id)].sort(byBatchAndId))
    },
    nodes: async (job, { batch, after, limit, results } = {}) =>
      nodesOf(job)
        .filter((node) => batch === undefined || node.batch === batch)
        .filter((node) => after === undefined || byBatchAndId(node, after) > 0)
        .sort(byBatchAndId)
        .slice(0, limit)
        .map((node) => (results ? node : withoutResult(node))),
    node: async (job, id) => state.jobs.get(job)?.nodes.get(id)?.node,
    findings: async (job, limit = storeDefaults.listedFindings, node) => {
      const kept = state.jobs.get(job)?.findings ?? []
      const all = kept.filter((one) => node === undefined || one.node === node).map(({ finding }) => finding)
      return [
        ...all.filter((finding) => finding.severity === 'error'),
        ...all.filter((finding) => finding.severity === 'warning'),
      ].slice(0, limit)
    },
    untouched: async (job) => state.retriable.has(job),
  }
}

function withoutResult(node: JobNode): JobNode {
  if (node.task !== 'export' || node.output === undefined) return node
  const { output: _, ...rest } = node
  return rest
}

function byBatchAndId(a: Place, b: Place): number {
  return a.batch - b.batch || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
