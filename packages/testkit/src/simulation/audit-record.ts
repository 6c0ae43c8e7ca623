import type { Job, RecordEntry, Store } from '@piecework/core/store'
import type { World } from './world.js'

const everything = 100_000
/** What makes a job is recorded as one of these. */
const making: ReadonlySet<string> = new Set(['export', 'clone-from', 'import', 'retry', 'deliver'])

/** Whether the record has each job that was made once, and none that was not. */
export async function auditRecord(
  { world, store }: { readonly world: World; readonly store: Store },
  jobs: readonly Job[],
): Promise<void> {
  const allowed = (await store.records.list({ limit: everything })).filter(
    ({ outcome, action }) => outcome === 'allowed' && action !== 'download',
  )
  const known = new Map(jobs.map((job) => [job.id, job]))
  const counts = new Map<string, number>()
  for (const entry of allowed) {
    const job = known.get(entry.job ?? '')
    if (!job || !makes(entry, job)) continue
    counts.set(job.id, (counts.get(job.id) ?? 0) + 1)
    if (entry.principal !== job.principal.id)
      world.violation(`access: the record has another principal of the ${job.kind} than its own`)
  }
  for (const { id, kind } of jobs)
    if (counts.get(id) !== 1)
      world.violation(`access: the record has ${counts.get(id) ?? 0} requests of one ${kind}`)
  if (allowed.some((entry) => making.has(entry.action) && !known.has(entry.job ?? '')))
    world.violation('access: the record has a request whose job was not made')
}

/** A validation of a draft is a step of that. */
const makes = ({ action }: RecordEntry, { kind }: Job): boolean =>
  making.has(action) || (kind === 'validation' && action === 'draft')
