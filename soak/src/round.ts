import { setTimeout as sleep } from 'node:timers/promises'
import type { JobReport } from '@piecework/core'
import { countsOf, countsReconcile } from './checks/counts.js'
import { equalToSource } from './checks/equal.js'
import { noFiles } from './checks/files.js'
import { quiet } from './checks/quiet.js'
import { recordedOnce } from './checks/rights.js'
import { added, type Contents, rowsAsBefore, rowsOnce } from './checks/rows.js'
import { secondQuiet } from './checks/second.js'
import { nothingHalfMade } from './checks/shell.js'
import { contentsOf } from './contents-of.js'
import { carriedOut, takeAway } from './deliveries.js'
import { ended } from './ended.js'
import type { Aftermath, Ends, Fault } from './faults/fault.js'
import { jobOf } from './job-of.js'
import { prepared } from './learn.js'
import { anyMoment, untilMoment } from './moment.js'
import type { SoakJob } from './place.js'
import { type Problem, problem } from './problem.js'
import type { Answer } from './requester.js'
import type { Scene } from './scene.js'
import { stateOf } from './state-of.js'
import { tidy } from './tidy.js'

export interface Round {
  readonly principal: string
  readonly kind: SoakJob
  readonly fault: Fault
  readonly random: () => number
  /** How long the job may take before it counts as lost. */
  readonly limitMs: number
}

export interface RoundResult {
  /** `succeeded`, the error's code, or that there was no job, and why. */
  readonly end: string
  /** Whether the fault met a request or a job under way. */
  readonly underWay: boolean
  /** Whether a node of the job was begun more than once. */
  readonly again: boolean
  readonly problems: readonly Problem[]
}

/** What is injected before the request is there by then. */
const aMoment = 100

/** Leases and periodic sweeps end within this time; then nothing may be under way and no file left. */
const patienceMs = 20_000

/** One of the jobs of a round. */
interface Asked {
  /** Of which its sources and references are its own. */
  readonly scene: Scene
  readonly kind: SoakJob
  readonly principal: string
  readonly answer: Answer | 'gone'
  readonly mayEnd: Ends
}

interface Ended extends Asked {
  readonly report: JobReport | undefined
}

/** One job, one fault in the middle of it, and a look at everything. */
export async function playRound(at: Scene, round: Round): Promise<RoundResult> {
  const { host } = at
  const { principal, kind, fault, limitMs } = round
  const sources = await prepared(host, at.requester(), at.sources, kind, principal)
  const scene = { ...at, sources }
  const before = await contentsOf(scene)
  const { answer, underWay, aftermath } = await injected(scene, round)
  const { expected = scene, others = [] } = aftermath
  const own: Asked = { scene: expected, kind, principal, answer, mayEnd: fault.mayEnd(kind) }
  const jobs: Ended[] = []
  for (const asked of [own, ...others]) {
    const id = await jobOf(scene, asked.principal)
    const report = id === undefined ? undefined : await ended(scene, id, limitMs)
    if (id !== undefined && !report) {
      const problems = [problem('lost', `job ${id} does not end: ${await stateOf(host.database)}`)]
      return { end: 'lost', underWay, again: false, problems }
    }
    jobs.push({ ...asked, report })
  }
  const endedAt = new Date()
  const again = await wasBegunAgain(scene, principal)
  const problems = [...jobs.flatMap(ending), ...(await fallen(scene))]
  problems.push(...((await aftermath.check?.()) ?? []))
  const succeeded = jobs.filter(({ report }) => report?.job.status === 'succeeded')
  problems.push(...(await carried(scene, before, succeeded)))
  for (const { report, principal } of jobs)
    if (report) problems.push(...(await carriedOut(scene, report, { principal, limitMs, patienceMs })))
  problems.push(
    ...(await recordedOnce(
      host.database,
      jobs.flatMap(({ report }) => report?.job.id ?? []),
    )),
  )
  const made = succeeded.flatMap(({ report }) => report?.job.result.resource?.id ?? [])
  const known = [sources.project.id, scene.beside.sources.project.id, ...made]
  problems.push(...(await nothingHalfMade(host.database, known)))
  await aftermath.restore?.()
  for (const job of jobs) await tidy(job.scene, job.kind, job.report)
  await takeAway(scene)
  problems.push(
    ...(await secondQuiet(scene, { principal, since: endedAt, patienceMs })),
    ...(await quiet(host.database, endedAt, patienceMs)),
    ...rowsAsBefore(before, await contentsOf(scene)),
    ...(await noFiles({
      folders: [scene.place.artifacts, scene.place.temporary],
      age: fault.leaves ?? false,
      patienceMs,
    })),
  )
  return { end: endOf(answer, jobs[0]?.report), underWay, again, problems }
}

/** Asks for the job and injects the fault, in the order that chance wants. */
async function injected(scene: Scene, { principal, kind, fault, random }: Round) {
  const moment = anyMoment(kind, fault, random)
  const answered = new AbortController()
  const injection = { scene, principal, kind, random, answered: answered.signal }
  const early = moment.when === 'before' ? fault.inject(injection) : undefined
  if (early) await sleep(aMoment)
  const asked = scene.requester().ask({ job: kind, principal: { id: principal }, sources: scene.sources })
  const met = async (): Promise<{ underWay: boolean; aftermath: Aftermath }> => {
    if (early) return { underWay: true, aftermath: (await early) ?? {} }
    const underWay = await untilMoment(scene, { kind, principal, answered: answered.signal }, moment)
    return { underWay, aftermath: (await fault.inject(injection)) ?? {} }
  }
  const [answer, fate] = await Promise.all([asked.finally(() => answered.abort()), met()])
  return { answer, ...fate }
}

async function wasBegunAgain({ host }: Scene, principal: string): Promise<boolean> {
  const { rowCount } = await host.database.query(
    `SELECT FROM piecework.nodes n JOIN piecework.jobs j ON j.id = n.job_id
     WHERE j.principal ->> 'id' = $1 AND n.fence > 1 LIMIT 1`,
    [principal],
  )
  return rowCount > 0
}

function endOf(answer: Answer | 'gone', report: JobReport | undefined): string {
  if (report) return report.job.status === 'succeeded' ? 'succeeded' : (report.job.error?.code ?? 'failed')
  if (answer === 'gone') return 'no job'
  return 'refused' in answer ? `refused: ${answer.refused}` : 'no job'
}

/** A fault may make a job fail only in the way that it is known to, and blames no worker for it. */
function ending({ answer, report, mayEnd, kind }: Ended): readonly Problem[] {
  const end = endOf(answer, report)
  if (!report && answer !== 'gone' && 'accepted' in answer)
    return [problem('lost', `job ${answer.accepted} was accepted and is not there`)]
  const message = report?.job.error?.message ?? ''
  if (/ died at /.test(message)) return [problem('wrong', `the ${kind} ended with ${end}: ${message}`)]
  if (end === 'succeeded' || [end, ...(report ? [] : [''])].some((one) => mayEnd.includes(one))) return []
  return [problem('wrong', `the ${kind} ended with ${end}: ${message}`)]
}

async function fallen({ workers }: Scene): Promise<readonly Problem[]> {
  const ends = workers.fallen()
  for (const _ of ends) await workers.add()
  return ends.map((end) => problem('wrong', `a worker ended by itself with ${end}`))
}

/** What successes have made is whole, once, and equal to its source. */
async function carried(scene: Scene, before: Contents, jobs: readonly Ended[]): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  const rows: Record<string, number> = {}
  for (const { scene: own, kind, report } of jobs) {
    const reference = own.references[kind]
    for (const [table, count] of Object.entries(reference.rows)) rows[table] = (rows[table] ?? 0) + count
    if (report) problems.push(...countsReconcile(reference.counts, countsOf(report)))
  }
  if (jobs.length > 0) problems.push(...rowsOnce(rows, added(before, await contentsOf(scene))))
  for (const { scene: own, kind, report } of jobs)
    if (report) problems.push(...(await equalToSource(own, kind, report)))
  return problems
}
