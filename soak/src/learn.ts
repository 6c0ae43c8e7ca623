import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { JobReport } from '@piecework/core'
import type { Requester } from './asking.js'
import { countsOf } from './checks/counts.js'
import { added } from './checks/rows.js'
import { contentsOf } from './contents-of.js'
import { ended } from './ended.js'
import type { SoakHost } from './host.js'
import { delivers, jobKinds, type SoakJob, type Sources } from './place.js'
import type { Reference } from './scene.js'
import { tidy } from './tidy.js'
import { watcher } from './watcher.js'

type References = Readonly<Record<SoakJob, Reference>>

interface Learnt {
  readonly references: References
  /** The same of the project that the legacy import has made, which stays. */
  readonly beside: { readonly sources: Sources; readonly references: References }
}

/** Where nothing befalls it, a job ends, however busy the machine is. */
const limitMs = 600_000

export interface Lessons {
  /** Of which there will be jobs. */
  readonly kinds: readonly SoakJob[]
  /** Whether there will be jobs of the other project. */
  readonly beside: boolean
}

/** Whatever there will be, an export writes the archive of the sources, and a legacy import makes the other project. */
const always: readonly SoakJob[] = ['export', 'legacy import']

/**
 * Runs each kind of job without a fault, a second time to know how long it takes to ask for it; deliveries begin as exports
 * do. The last export writes the archive of `sources`.
 */
export async function learn(
  host: SoakHost,
  requester: Requester,
  sources: Sources,
  lessons: Lessons,
): Promise<Learnt> {
  const references: Partial<Record<SoakJob, Reference>> = {}
  let legacy = ''
  for (const kind of jobKinds.filter((one) => always.includes(one) || lessons.kinds.includes(one))) {
    if (!delivers(kind)) {
      const first = await undisturbed(host, requester, sources, kind)
      await keepArchive(host, sources, first.report)
      await tidy({ host, sources }, kind, first.report)
    }
    const own = await prepared(host, requester, sources, kind)
    const { report, reference } = await undisturbed(host, requester, own, kind)
    references[kind] = reference
    await keepArchive(host, sources, report)
    if (kind === 'legacy import') legacy = report.job.result.resource?.id ?? ''
    else await tidy({ host, sources }, kind, report)
  }
  const learnt = references as References
  const others = { ...sources, project: { kind: 'project', id: legacy } }
  const beside = { ...learnt }
  for (const kind of lessons.beside ? (['export', 'clone'] as const) : []) {
    const { reference, report } = await undisturbed(host, requester, others, kind)
    beside[kind] = reference
    await tidy({ host, sources: others }, kind, report)
  }
  return { references: learnt, beside: { sources: others, references: beside } }
}

/** The sources with what has to be made before this kind of job can be asked for. */
export async function prepared(
  host: SoakHost,
  requester: Requester,
  sources: Sources,
  kind: SoakJob,
  principal = 'learning',
): Promise<Sources> {
  if (kind !== 'redelivery') return sources
  const before = { principal: `${principal}, before` }
  const { report } = await undisturbed(host, requester, sources, 'delivery', before)
  return { ...sources, made: report.job.id }
}

/** Runs one job that nothing befalls. */
export async function undisturbed(
  host: SoakHost,
  requester: Requester,
  sources: Sources,
  kind: SoakJob,
  { principal = 'learning' }: { readonly principal?: string } = {},
): Promise<{ readonly report: JobReport; readonly reference: Reference }> {
  const before = await contentsOf({ host })
  const started = performance.now()
  const answer = await requester.ask({ job: kind, principal: { id: principal }, sources })
  const askMs = performance.now() - started
  if (answer === 'gone' || !('accepted' in answer))
    throw new Error(`No ${kind} can be asked for: ${JSON.stringify(answer)}`)
  const report = await ended({ host }, answer.accepted, limitMs)
  if (report?.job.status !== 'succeeded')
    throw new Error(`The ${kind} does not succeed where nothing befalls it: ${JSON.stringify(report?.job)}`)
  const { archive, outputs } = report.job.result
  const rows = added(before, await contentsOf({ host }))
  return {
    report,
    reference: {
      askMs,
      deliverMs: deliverMsOf(report),
      counts: countsOf(report),
      rows,
      ...(archive && { digest: archive.digest }),
      ...(outputs && { outputs: Object.fromEntries(outputs.map(({ name, sha256 }) => [name, sha256])) }),
    },
  }
}

function deliverMsOf({ job: { changes } }: JobReport): number {
  const at = changes.findIndex(({ status }) => status === 'delivering')
  const [begin, end] = [changes[at], changes[at + 1]]
  return at >= 0 && begin && end ? end.at.getTime() - begin.at.getTime() : 0
}

async function keepArchive(host: SoakHost, sources: Sources, { job }: JobReport): Promise<void> {
  if (!job.result.archive) return
  const { bytes } = await host.piecework.download(job.id, watcher)
  await pipeline(bytes, createWriteStream(sources.archive))
}
