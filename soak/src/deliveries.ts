import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job, JobReport } from '@piecework/core'
import { deliveredWhole } from './checks/delivered.js'
import { type DeliveryNode, deliveriesTold } from './checks/deliveries.js'
import { onDrive } from './checks/drive.js'
import { noFiles } from './checks/files.js'
import { linksOpen } from './checks/links.js'
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
  const { deliver } = job.request
  if (!deliver) return []
  const problems = [...(await told(scene, { job, followUps })), ...(await arrived(scene, job, principal))]
  const made = outputsOf(await sourceOf(scene, job))
  if (made.length === 0) return problems
  if ((job.result.deliveries ?? []).length < deliver.length) {
    const left = openUploads(scene, job)
    const { id } = await scene.host.piecework.redeliver(job.id, watcher)
    const again = await ended(scene, id, limitMs)
    if (again?.job.status !== 'succeeded')
      return [
        ...problems,
        problem('lost', `what job ${job.id} has made is not delivered: ${JSON.stringify(again?.job.error)}`),
      ]
    problems.push(...(await told(scene, again)), ...(await arrived(scene, again.job, principal, left)))
  }
  const all = { folder: join(scene.place.delivered, folderOf(principal)), outputs: made }
  problems.push(...(await deliveredWhole({ ...all, delivered: made.map(({ name }) => name) })))
  const folders = [join(scene.place.delivered, '.piecework-unfinished')]
  return [...problems, ...(await noFiles({ folders, age: false, patienceMs }))]
}

/** Deletes all that was delivered, as who has got it may. */
export async function takeAway({ place, drive }: Scene): Promise<void> {
  const names = await readdir(place.delivered).catch(() => [])
  for (const name of names) await rm(join(place.delivered, name), { recursive: true })
  drive.clear()
}

async function arrived(
  scene: Scene,
  job: Job,
  principal: string,
  left?: ReadonlySet<string>,
): Promise<readonly Problem[]> {
  const source = await sourceOf(scene, job)
  const outputs = outputsOf(source)
  const nodes = await deliveryNodes(scene, job.id)
  const delivered = job.result.deliveries ?? []
  const toFolder = delivered.filter(({ target }) => target === 'folder')
  const problems = [
    ...deliveriesTold(job, nodes),
    ...(await deliveredWhole({
      folder: join(scene.place.delivered, folderOf(principal)),
      outputs,
      delivered: toFolder.map(({ output }) => output),
    })),
    ...(await linked(scene, source)),
  ]
  for (const { output, key, account, node } of toDrive(job)) {
    const { sha256 = '' } = outputs.find(({ name }) => name === output) ?? {}
    const attempts = nodes.find(({ id }) => id === node)?.attempts ?? 0
    const location = delivered.find((one) => one.key === key)?.location
    const own = scene.drive.account(account)
    problems.push(...onDrive({ account: own, output, sha256, location, attempts, ...(left && { left }) }))
  }
  return problems
}

const toDrive = ({ request: { deliver = [] } }: Job) =>
  deliver.flatMap(({ target, destination, ...rest }, place) => {
    const { credential: account } = destination as { readonly credential: string }
    return target === 'dropbox' ? [{ ...rest, account, node: `deliver ${place + 1} ${target}` }] : []
  })

const openUploads = ({ drive }: Scene, job: Job): ReadonlySet<string> =>
  new Set(toDrive(job).flatMap(({ account }) => [...drive.account(account).sessions.keys()]))

/** Links to what one job has made, of its own deliveries and of those that deliver it once more. */
async function linked({ host }: Scene, source: Job): Promise<readonly Problem[]> {
  const { piecework, database, links, downloads } = host
  const { rows } = await database.query<{ id: string }>(
    `SELECT id FROM piecework.jobs WHERE id = $1 OR request ->> 'delivers' = $1`,
    [source.id],
  )
  const hashes = new Map(outputsOf(source).map(({ name, sha256 }) => [name, sha256]))
  const receipts = []
  let begun = 0
  for (const { id } of rows) {
    const { job } = await piecework.job(id, watcher)
    for (const { target, output, location = '' } of job.result.deliveries ?? [])
      if (target === 'link') receipts.push({ output, location, sha256: hashes.get(output) ?? '' })
    const nodes = await deliveryNodes({ host }, id)
    begun += nodes.filter(
      (node) => / link$/.test(node.id) && node.status !== 'done' && node.attempts > 0,
    ).length
  }
  const open = async (id: string): Promise<string> => {
    const { address } = await downloads.address(id, watcher)
    const { link, principal } = await downloads.open(id, address)
    const { bytes } = await piecework.download(link.job, { principal, output: link.output })
    const hash = createHash('sha256')
    for await (const chunk of bytes) hash.update(chunk)
    return hash.digest('hex')
  }
  return linksOpen({ links: await links.list({ job: source.id, limit: 100 }), receipts, begun, open })
}

async function deliveryNodes(
  { host }: Pick<Scene, 'host'>,
  job: string,
): Promise<readonly (DeliveryNode & { readonly attempts: number })[]> {
  const { rows } = await host.database.query<DeliveryNode & { readonly attempts: number }>(
    `SELECT id, status, error ->> 'code' AS error, fence::int AS attempts FROM piecework.nodes
     WHERE job_id = $1 AND task = 'deliver'`,
    [job],
  )
  return rows
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
