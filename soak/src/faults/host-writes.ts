import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { freedAt } from '../checks/exclusion.js'
import { jobOf } from '../job-of.js'
import { undisturbed } from '../learn.js'
import { reads, type SoakJob } from '../place.js'
import { type Problem, problem } from '../problem.js'
import type { Scene } from '../scene.js'
import { watcher } from '../watcher.js'
import type { Aftermath, Ends, Fault, Injection } from './fault.js'

/** Runs a write in a transaction: with the guard's word, or without, where its triggers stand. */
type Way = (scene: Scene, write: (tx: Queryable) => Promise<unknown>) => Promise<unknown>

const ways: readonly Way[] = [
  ({ host }, write) => host.database.transaction(write),
  ({ host, sources }, write) =>
    host.piecework.guard.edit(sources.project, () => host.database.transaction(write), watcher),
  ({ host, sources }, write) =>
    host.database.transaction((tx) =>
      host.piecework.guard.edit(sources.project, () => write(tx), { tx, ...watcher }),
    ),
]

/**
 * A program of the host's writes the same text into rows of several tables, again and again, from before the request to
 * after the job. A job that reads them must read those of one write; into what a job is making nothing may be written.
 */
export const hostWrites: Fault = {
  inject: (injection) => (reads(injection.kind) ? writeSource(injection) : writeHidden(injection)),
  // An edit that is under way, and one whose claim comes a moment too late.
  mayEnd: (kind): Ends => (reads(kind) ? ['refused: resource-busy', 'source-changed'] : []),
  before: 1,
  missing: ({ geoServer }) => (geoServer ? 'its writes are of one database' : undefined),
}

async function writeSource(injection: Injection): Promise<Aftermath> {
  const { scene, kind, random, principal } = injection
  const way = ways[Math.floor(random() * ways.length)] as Way
  const write = (text: string | null) => way(scene, (tx) => setTexts(tx, scene.sources.project.id, text))
  const problems: Problem[] = []
  // Of the last write before the job.
  let last: string | null = null
  let refused = 0
  let made: string | undefined
  for (let at = 1; ; at++, await sleep(20 + random() * 60)) {
    const text = `edit ${at}`
    const isWritten = await unlessHeld(write(text))
    const { job, over } = await standing(injection)
    if (!isWritten) refused += 1
    else if (refused === 0) last = text
    else if (!over) problems.push(problem('wrong', `"${text}" was written while ${job} held its rows`))
    made = job
    if (over && (isWritten || refused === 0)) break
  }
  if (made && refused === 0) problems.push(problem('wrong', `no write was refused while there was ${made}`))
  await write(last)
  const expected = made && kind !== 'clone' ? await exportedNow(scene, kind, principal) : scene
  return {
    expected,
    check: async () => problems,
    restore: () => write(null),
  }
}

/** What an export makes of the rows as they stand. */
async function exportedNow(scene: Scene, kind: SoakJob, principal: string): Promise<Scene> {
  const asked = { principal: `${principal}, undisturbed` }
  const { reference } = await undisturbed(scene.host, scene.requester(), scene.sources, kind, asked)
  return { ...scene, references: { ...scene.references, [kind]: reference } }
}

async function writeHidden(injection: Injection): Promise<Aftermath> {
  const { scene, random } = injection
  const known = [scene.sources.project.id, scene.beside.sources.project.id]
  const problems: Problem[] = []
  for (let over = false; !over; await sleep(20 + random() * 60)) {
    await unlessHeld(
      scene.host.database.transaction(async (tx) => {
        const { rowCount } = await tx.query(
          `UPDATE ${projectTables.features} SET description = 'edit' WHERE project_id <> ALL ($1::uuid[])`,
          [known],
        )
        const { job, over: isOver } = await standing(injection)
        over = isOver
        if (rowCount > 0 && !over && problems.length === 0)
          problems.push(problem('wrong', `${rowCount} rows could be written that ${job} was making`))
        throw new RolledBack()
      }),
    )
    over ||= (await standing(injection)).over
  }
  return { check: async () => problems }
}

class RolledBack extends Error {}

/** Whether it was done; false if the rows were held. */
async function unlessHeld(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (error instanceof RolledBack) return true
    const isRefused = isPieceworkError(error, 'database') && error.facts.sqlState === '55006'
    if (isRefused || isPieceworkError(error, 'resource-busy')) return false
    const { code } = error as { readonly code?: unknown }
    if (code === '55006') return false
    throw error
  }
}

async function standing({ scene, principal, answered }: Injection) {
  // Asked before: there will be no other.
  const { aborted } = answered
  const id = await jobOf(scene, principal)
  if (id === undefined) return { job: undefined, over: aborted }
  const { job } = await scene.host.piecework.job(id, watcher)
  return { job: `job ${id} (${job.status})`, over: freedAt(job) !== undefined }
}

async function setTexts(tx: Queryable, project: string, text: string | null): Promise<void> {
  await tx.query(`UPDATE ${projectTables.projects} SET description = $2 WHERE id = $1`, [project, text])
  await tx.query(
    `UPDATE ${projectTables.features} SET description = $2 WHERE project_id = $1 AND name LIKE 'Feature 1%'`,
    [project, text],
  )
  await tx.query(`UPDATE ${scenarioTables.scenarios} SET description = $2 WHERE project_id = $1`, [
    project,
    text,
  ])
}
