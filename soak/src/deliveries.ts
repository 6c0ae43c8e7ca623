import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job, JobReport } from '@piecework/core'
import { deliveredWhole } from './checks/delivered.js'
import { noFiles } from './checks/files.js'
import { toldOnce } from './checks/told.js'
import { folderOf, toldKeys } from './delivery.js'
import { ended } from './ended.js'
import { type Problem, problem } from './problem.js'
import type { Scene } from './scene.js'
import { watcher } from './watcher.js'

/**
 * What a job has delivered is whole, and what was to follow it has followed. What it has not delivered is delivered now, where it
 * was made; then all of it is there, once.
 */
export async function carriedOut(
  scene: Scene,
  { job, followUps }: JobReport,
  {
    principal,
    limitMs,
    patienceMs,
  }: { readonly principal: string; readonly limitMs: number; readonly patienceMs: number },
): Promise<readonly Problem[]> {
  if (!job.request.deliver) return []
  const problems = [...(await told(scene, { job, followUps })), ...(await arrived(scene, job, principal))]
  const made = outputsOf(await sourceOf(scene, job))
  if (made.length === 0) return problems
  if ((job.result.deliveries ?? []).length < made.length) {
    const { id } = await scene.host.piecework.redeliver(job.id, watcher)
    const again = await ended(scene, id, limitMs)
    if (again?.job.status !== 'succeeded')
      return [
        ...problems,
        problem('lost', `what job ${job.id} has made is not delivered: ${JSON.stringify(again?.job.error)}`),
      ]
    problems.push(...(await told(scene, again)), ...(await arrived(scene, again.job, principal)))
  }
  const all = { folder: join(scene.place.delivered, folderOf(principal)), outputs: made }
  problems.push(...(await deliveredWhole({ ...all, delivered: made.map(({ name }) => name) })))
  const folders = [join(scene.place.delivered, '.piecework-unfinished')]
  return [...problems, ...(await noFiles({ folders, age: false, patienceMs }))]
}

/** Deletes all that was delivered, as who has got it may. */
export async function takeAway({ place }: Scene): Promise<void> {
  const names = await readdir(place.delivered).catch(() => [])
  for (const name of names) await rm(join(place.delivered, name), { recursive: true })
}

async function arrived(scene: Scene, job: Job, principal: string): Promise<readonly Problem[]> {
  return deliveredWhole({
    folder: join(scene.place.delivered, folderOf(principal)),
    outputs: outputsOf(await sourceOf(scene, job)),
    delivered: (job.result.deliveries ?? []).map(({ output }) => output),
  })
}

/** The job whose outputs this one delivers. */
async function sourceOf({ host }: Scene, job: Job): Promise<Job> {
  const { delivers } = job.request
  return delivers === undefined ? job : (await host.piecework.job(delivers, watcher)).job
}

const outputsOf = ({ result: { archive, outputs = [] } }: Job) => [
  ...(archive ? [{ name: 'archive', sha256: archive.sha256 }] : []),
  ...outputs,
]

async function told(
  { host, hooks }: Scene,
  { job, followUps }: Pick<JobReport, 'job' | 'followUps'>,
): Promise<readonly Problem[]> {
  if (!job.outcome) return [problem('wrong', `job ${job.id} has ended without an outcome`)]
  const keys = toldKeys(job.id, job.outcome)
  const { rows } = await host.database.query<{ key: string }>(
    'SELECT key FROM soak_told WHERE starts_with(key, $1)',
    [`${job.id}/`],
  )
  const counted = rows.map(({ key }) => ({ key, body: '' }))
  return toldOnce([...hooks.said(job.id), ...counted], [keys.webhook, keys.count], followUps)
}
