import type { Piecework } from '@piecework/core'
import { type Database, isPieceworkError, isTerminal, type Job, type Store } from '@piecework/core/store'
import { archiveBytes, once } from './library-content.js'
import { statements } from './library-statements.js'
import type { RequestRecords } from './request-records.js'
import type { SimulatedProcess } from './simulated-process.js'
import type { PlannedRequest } from './simulation-plan.js'
import type { World } from './world.js'

export interface RequesterDeps {
  readonly world: World
  readonly piecework: Piecework
  readonly process: SimulatedProcess
  /** The host's own, which no fault meets. */
  readonly database: Database
  /** The same. */
  readonly store: Store
  readonly records: RequestRecords
  readonly books: readonly string[]
}

/** Carries out what was planned. Resolves when it has ended; never, if its process dies. */
export async function carryOut(deps: RequesterDeps, request: PlannedRequest): Promise<void> {
  const { records, world } = deps
  try {
    if (request.what === 'edit') await edit(deps, request)
    else if (request.what === 'claim') await claim(deps, request)
    else if (request.what === 'remove') await remove(deps, request)
    else await job(deps, request)
  } catch (error) {
    if (!isPieceworkError(error)) throw error
    world.note(`${request.what}: ${error.code}`)
    records.count(`${request.what} refused: ${error.code}`)
  }
}

async function job(deps: RequesterDeps, request: PlannedRequest): Promise<void> {
  const { piecework, process, records } = deps
  const principal = { id: `user-${request.principal}` }
  const asked = await ask(deps, request)
  records.jobs.add(asked)
  const { cancelAfterMs } = request
  if (cancelAfterMs !== undefined) {
    await process.sleep(cancelAfterMs)
    records.cancelled.add(asked)
    await piecework.cancel(asked, { principal }).catch(ignore)
  }
  const ended = await end(deps, asked)
  records.ended(ended)
  const { retryAfterMs } = request
  if (retryAfterMs === undefined || ended.status === 'succeeded' || ended.kind === 'validation') return
  await process.sleep(retryAfterMs)
  if (request.editBeforeRetry) await edit(deps, request)
  const { id } = await piecework.retry(asked, { principal })
  records.jobs.add(id)
  const again = await end(deps, id)
  records.count(`retried ${again.kind} ${again.status}`)
}

async function ask({ piecework, books }: RequesterDeps, request: PlannedRequest): Promise<string> {
  const principal = { id: `user-${request.principal}` }
  const resource = { kind: 'book', id: books[request.book] ?? '' }
  const archive = { stream: once(await archiveBytes()) }
  switch (request.what) {
    case 'export':
      return (await piecework.export({ resource, principal })).id
    case 'clone':
      return (await piecework.clone({ resource, principal })).id
    case 'validate':
      return (await piecework.validate({ archive, principal })).id
    default:
      return (
        await piecework.import({
          archive,
          principal,
          ...(request.retryAfterMs !== undefined && { keepUploads: true }),
        })
      ).id
  }
}

/** Asks until the job is terminal. */
async function end({ piecework, process }: RequesterDeps, id: string): Promise<Job> {
  for (;;) {
    const report = await piecework.job(id, { principal: anyone }).catch(ignore)
    if (report && isTerminal(report.job.status)) return report.job
    await process.sleep(700)
  }
}

/** Changes all lines of a book in one transaction, some time after it was told that it may. */
async function edit(deps: RequesterDeps, { book, atMs }: PlannedRequest): Promise<void> {
  const { piecework, process, database, records, books } = deps
  const id = books[book] ?? ''
  await piecework.guard.edit(
    { kind: 'book', id },
    async (hold) => {
      await process.sleep(process.random.below(3000))
      await hold.check()
      await alone(deps, id)
      await database.query(statements.editLines.sql, [id, `edited-${atMs}`])
    },
    { leaseMs: 120_000 },
  )
  records.count('edit')
}

/** Changes a book twice under a claim of the host's. */
async function claim(deps: RequesterDeps, { book, atMs }: PlannedRequest): Promise<void> {
  const { piecework, process, database, records, books } = deps
  const id = books[book] ?? ''
  const holder = { id: `run-${atMs}`, kind: 'solver-run' }
  try {
    await piecework.guard.claim([{ kind: 'book', id }], holder)
    await alone(deps, id)
    await database.query(statements.editLines.sql, [id, `claimed-${atMs}`])
    await process.sleep(process.random.below(3000))
    await alone(deps, id)
    await database.query(statements.editLines.sql, [id, `claimed-again-${atMs}`])
  } finally {
    // A claim whose answer was lost is held, too.
    await persistently(deps, () => piecework.guard.release(holder.id))
  }
  records.count('claim')
}

/** As a host that asks no guard. */
async function remove(deps: RequesterDeps, { book }: PlannedRequest): Promise<void> {
  const { piecework, database, records, books } = deps
  const id = books[book] ?? ''
  records.removed.add(id)
  await database.transaction(async (tx) => {
    await tx.query(statements.removeLines.sql, [id, ''])
    await tx.query(statements.removeBook.sql, [id])
  })
  await piecework.forget({ kind: 'book', id }).catch(ignore)
  records.count('remove')
}

/** While the host may change a book, no job reads it. */
async function alone({ store, world }: RequesterDeps, id: string): Promise<void> {
  const jobs = await store.jobs.list({ resource: { kind: 'book', id }, limit: 1000 })
  const reading = jobs.find(
    ({ status, kind }) => !isTerminal(status) && (kind === 'export' || kind === 'clone'),
  )
  if (reading) world.violation(`exclusion: a book was changed while the ${reading.kind} of it was under way`)
}

async function persistently({ process }: RequesterDeps, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work()
    } catch {
      await process.sleep(500)
    }
  }
}

/** All may see all. */
const anyone = { id: 'anyone' }

const ignore = (): undefined => undefined
