import {
  type ArtifactStore,
  type Database,
  isTerminal,
  type Job,
  type JobNode,
  type Store,
} from '@piecework/core/store'
import { auditFollowUps } from './audit-follow-ups.js'
import { wholeOutputs } from './audit-outputs.js'
import { auditRecord } from './audit-record.js'
import type { Depot } from './depot.js'
import { badVersion, versionOfLeaf } from './leaves.js'
import { archivedVersion, linesOfVersion, linesPerPart, parts, versionOf } from './library-content.js'
import { statements } from './library-statements.js'
import type { RequestRecords } from './request-records.js'
import type { Rights } from './rights.js'
import type { SimulationPlan } from './simulation-plan.js'
import type { World } from './world.js'

export interface AuditDeps {
  readonly world: World
  readonly plan: SimulationPlan
  readonly store: Store
  readonly database: Database
  readonly artifacts: ArtifactStore
  readonly records: RequestRecords
  readonly rights: Rights
  readonly depot: Depot
  /** Those of the host's own. */
  readonly books: readonly string[]
}

interface StoredLine {
  readonly book: string
  readonly part: string
  readonly position: string
  readonly text: string
}

const everything = 10_000
/** In which a sweep of some process finds a job past its deadline, while the database can be reached. */
const latestEndMs = 8_000

/** Whether each job has ended as it may, and what it made is whole, and nothing else is there. */
export async function audit(deps: AuditDeps): Promise<void> {
  const { world, store, database, records, books } = deps
  const jobs = await store.jobs.list({ limit: everything })
  const { rows: lines } = await database.query<StoredLine>(statements.allLines.sql)
  const { rows: shelf } = await database.query<{ id: string; visible: string }>(statements.allBooks.sql)
  for (const id of records.jobs)
    if (!jobs.some((job) => job.id === id))
      world.violation(`one truth: a job whose request was answered is gone`)
  await auditRecord(deps, jobs)
  const made = new Set<string>()
  const kept = new Set<string>()
  for (const job of jobs) {
    if (!isTerminal(job.status)) {
      world.violation(`one truth: the ${job.kind} ${job.id} never ended: ${await stateOf(store, job)}`)
      continue
    }
    mayEndSo(deps, job)
    endedInTime(deps, job)
    await endedNodes(deps, job)
    delivered(deps, job)
    await auditFollowUps(deps, job)
    if (job.status !== 'succeeded') {
      if (mayStayHidden(deps, job)) kept.add(job.target?.id ?? '')
      continue
    }
    // The archives of a book that is deleted go, too.
    if (job.kind === 'export') await countedParts(deps, job)
    if (job.kind === 'export' && !records.removed.has(job.tree.id)) await wholeOutputs(deps, job)
    if (job.kind === 'import' || job.kind === 'clone') {
      const id = job.target?.id ?? ''
      made.add(id)
      const own = lines.filter(({ book }) => book === id)
      await wholeCopy(deps, job, own)
      if (!shelf.some((book) => book.id === id && book.visible === 'true'))
        world.violation(`nothing half-made: what the ${job.kind} made is not visible`)
    }
  }
  const wanted = new Set([...made, ...books.filter((id) => !records.removed.has(id))])
  for (const { id, visible } of shelf)
    if (!wanted.has(id) && !(kept.has(id) && visible === 'false'))
      world.violation(`nothing half-made: a ${visible === 'true' ? 'visible' : 'hidden'} book is left`)
  for (const { book, part } of lines)
    if (!wanted.has(book) && !kept.has(book))
      world.violation(`nothing half-made: a line of part ${part} is left without a book`)
  await nothingHeld(deps, [...wanted, ...books])
}

/** What goes on for ever, for the report. */
async function stateOf(store: Store, job: Job): Promise<string> {
  const nodes = await store.reports.nodes(job.id, { batch: job.batch })
  const open = nodes.filter(({ status }) => status === 'waiting' || status === 'running')
  return `${job.status}${job.throttled ? ', throttled' : ''}, ${open.map(({ id, status }) => `${id} ${status}`).join(', ')}`
}

function mayEndSo({ world, plan, records, rights }: AuditDeps, job: Job): void {
  const { kind, status, error, tree, id } = job
  const isBad = uploadsOf(job).some(({ fileName }) => versionOfLeaf(fileName) === badVersion)
  if (status === 'succeeded') {
    if (isBad) world.violation(`all problems at once: a file that a validator refuses was imported`)
    return
  }
  if (status === 'cancelled') {
    if (isDraft(job) && error?.code === 'expired') return
    // A request that fails after it has made a job cancels it.
    if (records.jobs.has(id) && !records.cancelled.has(id))
      world.violation(`one truth: a ${kind} was cancelled without a request to`)
    return
  }
  if (error?.code === 'forbidden' && rights.isRefused(job)) return
  if (isBad && error?.code === 'validation-failed') return
  if (plan.jobTimeoutMs !== undefined && error?.code === 'timeout') return
  // The draft that it read was changed, run or deleted meanwhile.
  const ofDraft = kind === 'validation' && job.request.input?.format !== 'archive'
  if (ofDraft && error?.code === 'artifact-not-found') return
  // What it was to deliver goes with the resource; by the clock of a process it may have time left.
  const isGone = error?.code === 'expired' || error?.code === 'artifact-not-found'
  if (kind === 'delivery' && records.removed.has(tree.id) && isGone) return
  if (kind === 'export' && error?.code === 'snapshot-lost' && world.faults > 0) return
  const isSourceGone = records.removed.has(tree.id) && (kind === 'export' || kind === 'clone')
  if (!(isSourceGone && error?.code === 'resource-not-found'))
    world.violation(`one truth: the ${kind} failed: ${error?.code} ${error?.message}`)
}

/** What a job says is delivered is there, whole; of what was not finished, nothing is. */
function delivered({ world, depot }: AuditDeps, { status, kind, request, result, changes }: Job): void {
  const isFinished = changes.some((change) => change.status === 'delivering')
  for (const { key, output } of request.deliver ?? []) {
    const shown = depot.shown.get(key)
    const isSaid = result.deliveries?.some((one) => one.key === key) === true
    if (status === 'succeeded' && !isSaid)
      world.violation(`one truth: the ${kind} succeeded and delivered nothing`)
    if (isSaid && shown === undefined) world.violation(`one truth: what the ${kind} delivered is not there`)
    if (!isFinished && shown !== undefined)
      world.violation(`nothing half-made: what the ${kind} had not finished was delivered`)
    const made = output === 'archive' ? result.archive : result.outputs?.find(({ name }) => name === output)
    if (kind === 'export' && shown !== undefined && shown !== made?.sha256)
      world.violation(`exactly once: what the ${kind} delivered has other bytes than its ${output}`)
  }
}

/** Where the clock was not set: then a deadline may be over at once. */
function endedInTime({ world, plan }: AuditDeps, { kind, deadline, changes }: Job): void {
  if (
    !deadline ||
    plan.faults.some(
      ({ what }) => what === 'database jump' || what === 'outage' || what === 'database restart',
    )
  )
    return
  const endingAt =
    changes.find(({ status }) => status === 'ending' || status === 'delivering')?.at ?? deadline
  if (endingAt.getTime() > deadline.getTime() + latestEndMs)
    world.violation(`one truth: the ${kind} went on past its deadline`)
}

/** What ended says so of all that it consists of. */
async function endedNodes({ world, store }: AuditDeps, job: Job): Promise<void> {
  const nodes = await store.reports.nodes(job.id)
  const isLeft = nodes.some(({ status }) => status === 'waiting' || status === 'running')
  const isUndone = job.status === 'succeeded' && nodes.some(({ status }) => status !== 'done')
  if (isLeft || isUndone)
    world.violation(
      `one truth: of the ${job.kind}, ${job.status}, ${nodes.map(({ id, status }) => `${id} ${status}`).join(', ')}`,
    )
}

const uploadsOf = ({ request }: Job) => request.input?.uploads ?? []
const isDraft = ({ changes }: Job): boolean => changes[0]?.status === 'draft'

/** What was uploaded by drafts of one format, until it is deleted. */
function mayStayHidden({ records }: AuditDeps, job: Job): boolean {
  const isKept = job.request.input?.format === 'kept-leaves' && job.error?.code !== 'expired'
  return isDraft(job) && isKept && !records.deletedDrafts.has(job.target?.id ?? '')
}

async function wholeCopy({ world, store }: AuditDeps, job: Job, lines: readonly StoredLine[]): Promise<void> {
  const spell = (list: readonly (Omit<StoredLine, 'book' | 'position'> & { position: unknown })[]) =>
    list.map(({ part, position, text }) => `${part}${position}=${text}`).join(' ')
  if (isDraft(job)) {
    const versions = new Map(uploadsOf(job).map(({ role, fileName }) => [role, versionOfLeaf(fileName)]))
    const expected = parts.flatMap((part) =>
      linesOfVersion(versions.get(part) ?? '').filter((line) => line.part === part),
    )
    if (spell(lines) !== spell(expected))
      world.violation(`exactly once: the draft made ${spell(lines)} of ${spell(expected)}`)
  } else {
    const version = versionOf(lines)
    const isOurs = uploadsOf(job).some(({ artifact }) => artifact.startsWith('archives/'))
    const isArchived = job.kind === 'import' && !isOurs
    if (version === undefined || (isArchived && version !== archivedVersion))
      world.violation(`exactly once: the ${job.kind} made: ${spell(lines)}`)
  }
  const nodes = await store.reports.nodes(job.id)
  for (const part of parts) {
    const own = nodes.filter(({ task, piece }) => task === job.kind && piece?.endsWith(`/${part}`))
    const rows = lines.filter((line) => line.part === part).length
    if (!isWhole(own) || rowsOf(own) !== rows)
      world.violation(`honest counts: ${idsOf(own)} count ${rowsOf(own)} lines, and wrote ${rows}`)
  }
}

/** Each part of a piece was exported once, and together they count the lines that there are. */
async function countedParts({ world, store }: AuditDeps, job: Job): Promise<void> {
  const nodes = (await store.reports.nodes(job.id)).filter(({ task }) => task === 'export')
  for (const piece of new Set(nodes.map((node) => node.piece))) {
    const own = nodes.filter((node) => node.piece === piece)
    if (!isWhole(own) || rowsOf(own) !== linesPerPart)
      world.violation(`honest counts: ${idsOf(own)} count ${rowsOf(own)} lines`)
  }
}

/** One node for all of a piece, or each of its parts once. */
function isWhole(nodes: readonly JobNode[]): boolean {
  const numbers = nodes.map(({ part }) => part?.number ?? 1).sort((a, b) => a - b)
  return (
    nodes.length > 0 &&
    nodes.every(({ part }) => !part || part.of === undefined || part.of === nodes.length) &&
    nodes.some(({ part }) => (part ? part.of : 1) === nodes.length) &&
    numbers.every((number, at) => number === at + 1)
  )
}

const rowsOf = (nodes: readonly JobNode[]): number =>
  nodes.reduce((sum, { counts }) => sum + (counts?.rows ?? 0), 0)

const idsOf = (nodes: readonly JobNode[]): string => nodes.map(({ id }) => id).join(', ')

async function nothingHeld({ world, store }: AuditDeps, books: readonly string[]): Promise<void> {
  for (const id of books)
    for (const { kind } of await store.guard.holders(`book:${id}`))
      world.violation(`exclusion: a hold of the ${kind} is left`)
  const [item] = await store.outbox.pending(1)
  if (item) world.violation(`one truth: an item is left in the outbox: ${JSON.stringify(item.action)}`)
}

/** After everything has expired. */
export async function nothingStored({ world, artifacts }: AuditDeps): Promise<void> {
  for (const prefix of ['jobs', 'archives'])
    for await (const key of artifacts.list(prefix))
      world.violation(`nothing half-made: bytes are left at ${key.replace(/^(\w+\/)[^/]*/, '$1…')}`)
}
