import type { ImportDraft } from '@piecework/core'
import { isPieceworkError } from '@piecework/core/store'
import { badVersion, leafFile } from './leaves.js'
import { csvOf, linesOfVersion, once, parts } from './library-content.js'
import { ended, type RequesterDeps } from './requester-deps.js'
import type { PlannedDraft, PlannedRequest } from './simulation-plan.js'
import { toldOf } from './tell-follow-up.js'

type Step = (draft: ImportDraft) => Promise<void>

/** Uploads a book part by part and imports it, as planned; another process may go on where one has died. */
export async function draft(deps: RequesterDeps, request: PlannedRequest): Promise<void> {
  const { draft: planned } = request
  if (!planned) return
  const { draft: state, process } = deps
  const held = await hold(deps, request, planned)
  const { deleteAfterMs } = planned
  const deleted =
    deleteAfterMs === undefined
      ? undefined
      : process.sleep(deleteAfterMs).then(() => note(deps, 'draft deleted', () => held.delete()))
  const steps = stepsOf(deps, request, planned)
  try {
    for (; state.step < steps.length; state.step++) {
      await process.sleep(process.random.below(planned.pauseMs))
      await steps[state.step]?.(held)
    }
  } finally {
    await deleted
  }
  state.isOver = true
}

async function hold(
  { piecework, records, plan, draft: state }: RequesterDeps,
  { principal, atMs }: PlannedRequest,
  { keepsShell, keepUploads }: PlannedDraft,
): Promise<ImportDraft> {
  const by = { principal: { id: `user-${principal}` } }
  if (state.resource) return piecework.draft(state.resource, by)
  const draft = await piecework.createDraft({
    ...by,
    format: keepsShell ? 'kept-leaves' : 'leaves',
    name: `Leaves ${atMs}`,
    ...(keepUploads && { keepUploads }),
    ...(plan.followUps && toldOf),
  })
  state.resource = draft.resource
  state.job = draft.job
  records.jobs.add(draft.job)
  return draft
}

function stepsOf(deps: RequesterDeps, request: PlannedRequest, planned: PlannedDraft): readonly Step[] {
  const at = (part: number): string => parts[part] as string
  const version = (part: number): string => (planned.bad === part ? badVersion : `drafted-${request.atMs}`)
  const put = (part: number, name: string): Step => upload(deps, at(part), name)
  return [
    ...planned.replaced.map((part) => put(part, 'early')),
    ...planned.removed.map((part) => put(part, 'taken-away')),
    ...planned.removed.map((part) => takeAway(deps, at(part))),
    ...parts.map((_, part) => put(part, version(part))),
    ...(planned.validates ? [validate(deps)] : []),
    ...(planned.end === 'run' ? [run(deps, request)] : []),
    ...(planned.end === 'delete' ? [remove(deps)] : []),
  ]
}

const upload =
  ({ records, draft: { uploads } }: RequesterDeps, part: string, version: string): Step =>
  async (draft) => {
    const fileName = leafFile(part, version)
    const lines = linesOfVersion(version).filter((line) => line.part === part)
    for (let tries = 0; ; tries++) {
      try {
        const { id } = await draft.upload(part, { stream: once(csvOf(part, 2, lines)), fileName })
        uploads.set(part, id)
        records.count('upload')
        return
      } catch (error) {
        if (!isPieceworkError(error) || !error.retryable || tries === 5) throw error
        // What was not answered may be there.
        const found = (await draft.status()).uploads.find((one) => one.role === part)
        if (found?.fileName !== fileName) continue
        uploads.set(part, found.id)
        return
      }
    }
  }

const takeAway =
  ({ draft: { uploads } }: RequesterDeps, part: string): Step =>
  async (draft) => {
    const id = uploads.get(part)
    if (id === undefined) return
    await draft.removeUpload(id)
    uploads.set(part, undefined)
  }

const validate =
  (deps: RequesterDeps): Step =>
  async (draft) => {
    const { records } = deps
    const { id } = await draft.validate()
    records.jobs.add(id)
    records.count(`draft validation ${(await ended(deps, id)).status}`)
    await draft.validationResults()
  }

const run =
  (deps: RequesterDeps, request: PlannedRequest): Step =>
  async (draft) => {
    const { world, store, process, piecework, records } = deps
    await draft.run().catch((error: unknown) => {
      // It was run by the process before, or its answer was lost.
      if (!isPieceworkError(error, 'uploads-closed')) throw error
    })
    const ran = (await store.jobs.get(draft.job))?.request.input?.uploads ?? []
    for (const [part, id] of deps.draft.uploads)
      if (ran.find(({ role }) => role === part)?.id !== id)
        world.violation(`one truth: an import runs with another upload than was answered`)
    await closed(deps, draft)
    const { cancelAfterMs } = request
    if (cancelAfterMs !== undefined) {
      await process.sleep(cancelAfterMs)
      await note(deps, 'draft cancelled', () =>
        piecework.cancel(draft.job, { principal: { id: `user-${request.principal}` } }),
      )
    }
    records.count(`draft ${(await ended(deps, draft.job)).status}`)
  }

/** What came too late must be told. */
async function closed({ world, store }: RequesterDeps, draft: ImportDraft): Promise<void> {
  if ((await store.jobs.get(draft.job))?.status === 'draft') return
  const late = { stream: once(Buffer.from('')), fileName: leafFile('a', 'late') }
  await draft.upload('a', late).then(
    () => world.violation('one truth: an upload was taken by an import that has begun'),
    (error: unknown) => {
      if (!isPieceworkError(error)) throw error
    },
  )
}

const remove =
  ({ records, draft: state }: RequesterDeps): Step =>
  async (draft) => {
    records.cancelled.add(draft.job)
    await draft.delete()
    if (state.resource) records.deletedDrafts.add(state.resource.id)
    records.count('draft deleted')
  }

async function note(
  { records, draft }: RequesterDeps,
  what: string,
  work: () => Promise<unknown>,
): Promise<void> {
  if (draft.job !== undefined) records.cancelled.add(draft.job)
  try {
    await work()
    records.count(what)
  } catch (error) {
    if (!isPieceworkError(error)) throw error
    records.count(`${what}: ${error.code}`)
  }
}
