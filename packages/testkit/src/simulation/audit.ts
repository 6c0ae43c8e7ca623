import { type Archive, artifactSource, openArchive } from '@piecework/core/archive'
import { type ArtifactStore, type Database, isTerminal, type Job, type Store } from '@piecework/core/store'
import { archivedVersion, parts, versionOf } from './library-content.js'
import { statements } from './library-statements.js'
import type { RequestRecords } from './request-records.js'
import type { World } from './world.js'

export interface AuditDeps {
  readonly world: World
  readonly store: Store
  readonly database: Database
  readonly artifacts: ArtifactStore
  readonly records: RequestRecords
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

/** Whether each job has ended as it may, and what it made is whole, and nothing else is there. */
export async function audit(deps: AuditDeps): Promise<void> {
  const { world, store, database, records, books } = deps
  const jobs = await store.jobs.list({ limit: everything })
  const { rows: lines } = await database.query<StoredLine>(statements.allLines.sql)
  const { rows: shelf } = await database.query<{ id: string; visible: string }>(statements.allBooks.sql)
  for (const id of records.jobs)
    if (!jobs.some((job) => job.id === id))
      world.violation(`one truth: a job whose request was answered is gone`)
  const made = new Set<string>()
  for (const job of jobs) {
    if (!isTerminal(job.status)) {
      world.violation(`one truth: the ${job.kind} ${job.id} never ended: ${await stateOf(store, job)}`)
      continue
    }
    mayEndSo(deps, job)
    if (job.status !== 'succeeded') continue
    // The archives of a book that is deleted go, too.
    if (job.kind === 'export' && !records.removed.has(job.tree.id)) await wholeArchive(deps, job)
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
    if (!wanted.has(id))
      world.violation(`nothing half-made: a ${visible === 'true' ? 'visible' : 'hidden'} book is left`)
  for (const { book, part } of lines)
    if (!wanted.has(book)) world.violation(`nothing half-made: a line of part ${part} is left without a book`)
  await nothingHeld(deps, [...wanted, ...books])
}

/** What goes on for ever, for the report. */
async function stateOf(store: Store, job: Job): Promise<string> {
  const nodes = await store.reports.nodes(job.id, job.batch)
  const open = nodes.filter(({ status }) => status === 'waiting' || status === 'running')
  return `${job.status}${job.throttled ? ', throttled' : ''}, ${open.map(({ id, status }) => `${id} ${status}`).join(', ')}`
}

function mayEndSo({ world, records }: AuditDeps, { kind, status, error, tree, id }: Job): void {
  if (status === 'succeeded') return
  if (status === 'cancelled') {
    // A request that fails after it has made a job cancels it.
    if (records.jobs.has(id) && !records.cancelled.has(id))
      world.violation(`one truth: a ${kind} was cancelled without a request to`)
    return
  }
  const isSourceGone = records.removed.has(tree.id) && (kind === 'export' || kind === 'clone')
  if (!(isSourceGone && error?.code === 'resource-not-found'))
    world.violation(`one truth: the ${kind} failed: ${error?.code} ${error?.message}`)
}

async function wholeCopy({ world, store }: AuditDeps, job: Job, lines: readonly StoredLine[]): Promise<void> {
  const version = versionOf(lines)
  const spelled = lines.map(({ part, position, text }) => `${part}${position}=${text}`).join(' ')
  if (version === undefined || (job.kind === 'import' && version !== archivedVersion))
    world.violation(`exactly once: the ${job.kind} made: ${spelled}`)
  const nodes = await store.reports.nodes(job.id)
  for (const part of parts) {
    const node = nodes.find(({ task, piece }) => task === job.kind && piece === `library/${part}`)
    const rows = lines.filter((line) => line.part === part).length
    if (node?.counts?.rows !== rows)
      world.violation(`honest counts: ${node?.id} counts ${node?.counts?.rows}, and wrote ${rows}`)
  }
}

async function wholeArchive({ world, artifacts }: AuditDeps, job: Job): Promise<void> {
  const artifact = job.result.archive?.artifact ?? ''
  try {
    const archive = await openArchive(await artifactSource(artifacts, artifact))
    try {
      const lines = await archivedLines(archive)
      if (versionOf(lines) === undefined)
        world.violation(
          `exclusion: an archive is torn: ${lines.map(({ position, text }) => position + text).join(' ')}`,
        )
    } finally {
      await archive.close()
    }
  } catch (error) {
    world.violation(`what was exported can be imported: ${String(error)}`)
  }
}

async function archivedLines(archive: Archive): Promise<readonly Omit<StoredLine, 'book'>[]> {
  const lines: Omit<StoredLine, 'book'>[] = []
  for (const { resource, name } of archive.manifest.pieces)
    for await (const rows of archive.entries({ resource, name }).rows('lines.csv'))
      for (const { position, text } of rows)
        lines.push({ part: name.slice('library/'.length), position: position ?? '', text: text ?? '' })
  return lines
}

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
