import { isPieceworkError, isTerminal, type Job } from '@piecework/core/store'
import { draft } from './drafter.js'
import { archiveBytes, once } from './library-content.js'
import { statements } from './library-statements.js'
import { pageName } from './page.js'
import { anyone, ended, ignore, type RequesterDeps } from './requester-deps.js'
import type { PlannedRequest } from './simulation-plan.js'
import { toldOf } from './tell-follow-up.js'
import { readArchive } from './whole-archive.js'

/** Carries out what was planned. Resolves when it has ended; never, if its process dies. */
export async function carryOut(deps: RequesterDeps, request: PlannedRequest): Promise<void> {
  const { records, rights, world, plan } = deps
  try {
    if (request.what === 'edit') await edit(deps, request)
    else if (request.what === 'claim') await claim(deps, request)
    else if (request.what === 'remove') await remove(deps, request)
    else if (request.what === 'draft') await draft(deps, request)
    else await job(deps, request)
  } catch (error) {
    if (!isPieceworkError(error)) throw error
    // An edit's id is made by the store, and differs in each run.
    const message = error.message.replaceAll(/(?<= edit )[0-9a-f-]{36}/g, '…')
    world.note(`${request.what}: ${error.code} ${message}`)
    const isNewer = error.code === 'archive-newer' && plan.oddPack === 'newer'
    const isRefused = error.code === 'forbidden' && rights.mayBeRefused(userOf(request).id)
    if (!mayBeAnswered.has(error.code) && !isNewer && !isRefused)
      world.violation(`one truth: a request was answered with ${error.code} ${error.message}`)
    records.count(`${request.what} refused: ${error.code}`)
  }
}

/** Errors that say what was in the way. */
const mayBeAnswered: ReadonlySet<string> = new Set([
  'database',
  'expired',
  'lease-lost',
  'resource-busy',
  'resource-not-found',
  'stopped',
  'storage',
  'unsupported',
  'uploads-closed',
])

const userOf = ({ principal }: PlannedRequest) => ({ id: `user-${principal}` })

async function job(deps: RequesterDeps, request: PlannedRequest): Promise<void> {
  const { piecework, process, records } = deps
  const principal = userOf(request)
  const asked = await askAgain(deps, request)
  records.jobs.add(asked)
  const { cancelAfterMs } = request
  if (cancelAfterMs !== undefined) {
    await process.sleep(cancelAfterMs)
    records.cancelled.add(asked)
    await piecework.cancel(asked, { principal }).catch(ignore)
  }
  const done = await end(deps, asked, request)
  records.ended(done)
  if (done.kind === 'export' && done.status === 'succeeded') await use(deps, done, request)
  const { retryAfterMs } = request
  if (retryAfterMs === undefined || done.status === 'succeeded' || done.kind === 'validation') return
  await process.sleep(retryAfterMs)
  if (request.editBeforeRetry) await edit(deps, request)
  const { id } = await piecework.retry(asked, { principal })
  records.jobs.add(id)
  const again = await end(deps, id, request)
  records.count(`retried ${again.kind} ${again.status}`)
}

/** One that has a key is asked again where its answer may be lost, and gets the job that it has made. */
async function askAgain(deps: RequesterDeps, request: PlannedRequest): Promise<string> {
  const { process, world } = deps
  if (!request.keyed) return ask(deps, request)
  for (let left = 3; ; left -= 1) {
    try {
      const asked = await ask(deps, request)
      const again = await ask(deps, request).catch((error: unknown) => {
        if (!isPieceworkError(error)) throw error
        return asked
      })
      if (again !== asked)
        world.violation('exactly once: a request that came again was answered from another job')
      return asked
    } catch (error) {
      if (left === 0 || !isPieceworkError(error, 'database')) throw error
      await process.sleep(500)
    }
  }
}

async function ask(
  { piecework, books, plan, store }: RequesterDeps,
  request: PlannedRequest,
): Promise<string> {
  const by = {
    principal: userOf(request),
    ...(plan.followUps && toldOf),
    ...(request.keyed && {
      requestKey: { key: `${request.what} ${request.atMs} ${request.book}`, digest: request.what },
    }),
  }
  const resource = { kind: 'book', id: books[request.book] ?? '' }
  const archive = { stream: once(await archiveBytes(request.archiveVersion)) }
  switch (request.what) {
    case 'export':
      return (
        await piecework.export({
          resource,
          ...by,
          ...(request.page && { outputs: [{ name: 'archive' }, { name: pageName }] }),
          ...(request.delivers && {
            deliver: [{ target: 'depot' }, ...(request.page ? [{ target: 'depot', output: pageName }] : [])],
          }),
          ...(request.unclaimed && store.moments && { claim: false }),
        })
      ).id
    case 'clone':
      return (await piecework.clone({ resource, ...by })).id
    case 'validate':
      return (await piecework.validate({ archive, ...by })).id
    default:
      return (
        await piecework.import({
          archive,
          ...by,
          ...(request.retryAfterMs !== undefined && { keepUploads: true }),
        })
      ).id
  }
}

/** Waits until the job is terminal, as a host does that asks, or is told. */
async function end(deps: RequesterDeps, id: string, { follow }: PlannedRequest): Promise<Job> {
  if (follow === 'ask') return ended(deps, id)
  const { piecework, process, world } = deps
  for (;;) {
    try {
      let last: Job | undefined
      for await (const { job: now } of piecework.watch(id, { principal: anyone })) last = now
      if (!last || !isTerminal(last.status)) {
        world.violation('one truth: who follows a job was told of no end')
        return ended(deps, id)
      }
      return last
    } catch (error) {
      if (!isPieceworkError(error) || !error.retryable) throw error
      await process.sleep(700)
    }
  }
}

/** Gives an archive out and imports it, while it may expire. */
async function use(deps: RequesterDeps, { id, result, tree }: Job, request: PlannedRequest): Promise<void> {
  const { importAfterMs } = request
  if (importAfterMs === undefined || !result.archive) return
  const { piecework, process, records, rights, world } = deps
  const by = { principal: userOf(request) }
  await process.sleep(importAfterMs)
  try {
    const since = world.time.now
    const { bytes } = await piecework.download(id, by)
    const { fault } = await readArchive(bytes)
    if (fault) world.violation(fault)
    if (rights.isLostSince(by.principal.id, tree.id, since))
      world.violation('access: an archive was given out after the right to it was lost')
    const handle = await piecework.import({ archive: { artifact: result.archive.artifact }, ...by })
    records.jobs.add(handle.id)
    records.count(`import of an export ${(await ended(deps, handle.id)).status}`)
  } catch (error) {
    // Its bytes go a moment before that is recorded.
    if (!isPieceworkError(error, 'artifact-not-found')) throw error
    records.count('import of an export refused: artifact-not-found')
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
    { leaseMs: 120_000, principal: anyone },
  )
  records.count('edit')
}

/** Changes a book twice under a claim of the host's. */
async function claim(deps: RequesterDeps, { book, atMs }: PlannedRequest): Promise<void> {
  const { piecework, process, database, records, books } = deps
  const id = books[book] ?? ''
  const holder = { id: `run-${atMs}`, kind: 'solver-run' }
  try {
    await piecework.guard.claim([{ kind: 'book', id }], holder, { principal: anyone })
    await alone(deps, id)
    await database.query(statements.editLines.sql, [id, `claimed-${atMs}`])
    await process.sleep(process.random.below(3000))
    await alone(deps, id)
    await database.query(statements.editLines.sql, [id, `claimed-again-${atMs}`])
  } finally {
    // A claim whose answer was lost is held, too.
    await persistently(deps, () => piecework.guard.release(holder.id, { principal: anyone }))
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
  await piecework.forget({ kind: 'book', id }, { principal: anyone }).catch(ignore)
  records.count('remove')
}

/** While the host may change a book, no job reads it. */
async function alone({ store, world }: RequesterDeps, id: string): Promise<void> {
  const jobs = await store.jobs.list({ resource: { kind: 'book', id }, limit: 1000 })
  const reading = jobs.find(
    ({ status, kind, changes, request }) =>
      !isTerminal(status) &&
      request.claim !== false &&
      (kind === 'export' || kind === 'clone') &&
      !changes.some((change) => change.status === 'delivering'),
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
