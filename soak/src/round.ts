import { setTimeout as sleep } from 'node:timers/promises'
import { isTerminal, type JobReport, type ResourceRef } from '@piecework/core'
import { planningSchema, projectTables } from '@piecework/pieces-project'
import { schemaPrints } from '@piecework/test-support'
import { countsOf, countsReconcile } from './checks/counts.js'
import { equalToSource } from './checks/equal.js'
import { noFiles } from './checks/files.js'
import { quiet } from './checks/quiet.js'
import { added, type Contents, rowsAsBefore, rowsOnce } from './checks/rows.js'
import { nothingHalfMade } from './checks/shell.js'
import type { Fault } from './faults.js'
import { jobOf } from './job-of.js'
import { anyMoment, untilMoment } from './moment.js'
import type { SoakJob } from './place.js'
import { type Problem, problem } from './problem.js'
import type { Answer } from './requester.js'
import type { Scene } from './scene.js'
import { stateOf } from './state-of.js'
import { watcher } from './watcher.js'

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
  readonly problems: readonly Problem[]
}

/** What is injected before the request is there by then. */
const aMoment = 100

/** Leases and periodic sweeps end within this time; then nothing may be under way and no file left. */
const patienceMs = 20_000

/** One job, one fault in the middle of it, and a look at everything. */
export async function playRound(scene: Scene, round: Round): Promise<RoundResult> {
  const { host, sources } = scene
  const { principal, kind, fault, random } = round
  const before = await contentsOf(scene)
  const moment = anyMoment(fault, random)
  const early = moment.when === 'before' ? fault.inject(scene, principal, random) : undefined
  if (early) await sleep(aMoment)
  const asked = scene.requester().ask({ job: kind, principal: { id: principal }, sources })
  const answered = new AbortController()
  const injected = async () => {
    if (early) return early.then(() => true)
    const underWay = await untilMoment(scene, { kind, principal, answered: answered.signal }, moment)
    await fault.inject(scene, principal, random)
    return underWay
  }
  const [answer, underWay] = await Promise.all([asked.finally(() => answered.abort()), injected()])
  const id = await jobOf(scene, principal)
  const report = id === undefined ? undefined : await ended(scene, id, round.limitMs)
  if (id !== undefined && !report) {
    return {
      end: 'lost',
      underWay,
      problems: [problem('lost', `job ${id} does not end: ${await stateOf(host.database)}`)],
    }
  }
  const endedAt = new Date()
  const problems = [...ending(answer, report, round), ...(await fallen(scene))]
  if (report?.job.status === 'succeeded') problems.push(...(await carried(scene, kind, before, report)))
  else problems.push(...(await nothingHalfMade(host.database, [sources.project.id, scene.legacy])))
  await tidy(scene, kind, report)
  problems.push(
    ...(await quiet(host.database, endedAt, patienceMs)),
    ...rowsAsBefore(before, await contentsOf(scene)),
    ...(await noFiles({
      folders: [scene.place.artifacts, scene.place.temporary],
      age: fault.kills ?? false,
      patienceMs,
    })),
  )
  return { end: endOf(answer, report), underWay, problems }
}

export const contentsOf = ({ host }: Pick<Scene, 'host'>): Promise<Contents> =>
  schemaPrints(host.database, planningSchema)

/** Undefined if it does not end within the limit. */
export async function ended(
  { host }: Pick<Scene, 'host'>,
  id: string,
  limitMs: number,
): Promise<JobReport | undefined> {
  for (const end = Date.now() + limitMs; ; await sleep(50)) {
    const report = await host.piecework.job(id, watcher)
    if (isTerminal(report.job.status)) return report
    if (Date.now() >= end) return undefined
  }
}

function endOf(answer: Answer | 'gone', report: JobReport | undefined): string {
  if (report) return report.job.status === 'succeeded' ? 'succeeded' : (report.job.error?.code ?? 'failed')
  if (answer === 'gone') return 'no job'
  return 'refused' in answer ? `refused: ${answer.refused}` : 'no job'
}

/** A fault may make a job fail only in the way that it is known to. */
function ending(
  answer: Answer | 'gone',
  report: JobReport | undefined,
  { fault, kind }: Round,
): readonly Problem[] {
  const end = endOf(answer, report)
  if (!report && answer !== 'gone' && 'accepted' in answer)
    return [problem('lost', `job ${answer.accepted} was accepted and is not there`)]
  if (end === 'succeeded' || fault.mayEnd(kind).includes(report ? end : '')) return []
  return [problem('wrong', `the ${kind} ended with ${end}: ${report?.job.error?.message ?? ''}`)]
}

async function fallen({ workers }: Scene): Promise<readonly Problem[]> {
  const ends = workers.fallen()
  for (const _ of ends) await workers.add()
  return ends.map((end) => problem('wrong', `a worker ended by itself with ${end}`))
}

/** What a success has made is whole, once, and equal to its source. */
async function carried(
  scene: Scene,
  kind: SoakJob,
  before: Contents,
  report: JobReport,
): Promise<readonly Problem[]> {
  const { counts, rows } = scene.references[kind]
  return [
    ...countsReconcile(counts, countsOf(report)),
    ...rowsOnce(rows, added(before, await contentsOf(scene))),
    ...(await equalToSource(scene, kind, report)),
  ]
}

/** Deletes what the job has made as a host does. */
export async function tidy(
  { host, sources }: Pick<Scene, 'host' | 'sources'>,
  kind: SoakJob,
  report: JobReport | undefined,
): Promise<void> {
  const { piecework, database } = host
  const job = report?.job
  if (!job) return
  const forget = async (resource: ResourceRef) => {
    await database.query(`DELETE FROM ${projectTables.projects} WHERE id = $1`, [resource.id])
    await piecework.forget(resource)
  }
  if (kind === 'export') await piecework.forget(sources.project)
  else if (job.result.resource) await forget(job.result.resource)
  else if (kind === 'legacy import' && job.target) await (await piecework.draft(job.target, watcher)).delete()
}
