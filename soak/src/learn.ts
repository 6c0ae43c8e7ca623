import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Requester } from './asking.js'
import { countsOf } from './checks/counts.js'
import { added } from './checks/rows.js'
import type { SoakHost } from './host.js'
import { jobKinds, type SoakJob, type Sources } from './place.js'
import { contentsOf, ended, tidy } from './round.js'
import type { Reference } from './scene.js'

interface Learnt {
  readonly references: Readonly<Record<SoakJob, Reference>>
  /** The project that the legacy import has made; it stays. */
  readonly legacy: string
}

const limitMs = 120_000

/** Runs each kind of job once without a fault. The first export writes the archive of `sources`. */
export async function learn(host: SoakHost, requester: Requester, sources: Sources): Promise<Learnt> {
  const references: Partial<Record<SoakJob, Reference>> = {}
  let legacy = ''
  for (const kind of jobKinds) {
    const before = await contentsOf({ host })
    const started = performance.now()
    const answer = await requester.ask({ job: kind, principal: { id: 'learning' }, sources })
    const askMs = performance.now() - started
    if (answer === 'gone' || !('accepted' in answer))
      throw new Error(`No ${kind} can be asked for: ${JSON.stringify(answer)}`)
    const report = await ended({ host }, answer.accepted, limitMs)
    if (report?.job.status !== 'succeeded')
      throw new Error(`The ${kind} does not succeed where nothing befalls it: ${JSON.stringify(report?.job)}`)
    const { archive, resource } = report.job.result
    references[kind] = {
      askMs,
      counts: countsOf(report),
      rows: added(before, await contentsOf({ host })),
      ...(archive && { digest: archive.digest }),
    }
    if (archive) {
      const { bytes } = await host.piecework.download(report.job.id)
      await pipeline(bytes, createWriteStream(sources.archive))
    }
    if (kind === 'legacy import') legacy = resource?.id ?? ''
    else await tidy({ host, sources }, kind, report)
  }
  return { references: references as Record<SoakJob, Reference>, legacy }
}
