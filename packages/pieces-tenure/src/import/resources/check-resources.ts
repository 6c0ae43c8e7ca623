import type { FindingCollector, Validator } from '@piecework/core/piece'
import { shown } from '../cell-values.js'
import { findingOf } from '../file-problem.js'
import type { KnownRows } from '../known-rows.js'
import type { Problem, UploadedResources } from '../raw-table.js'
import { linkKinds, type ResourceRow, resourceRows } from './resource-rows.js'

interface ResourceCheck extends Pick<Parameters<Validator['validate']>[0], 'signal'> {
  readonly known: KnownRows
  readonly findings: FindingCollector
  /** Whether the host has a place for the files. */
  readonly keepsFiles: boolean
}

/** Reports all that is wrong with the list of resources, and with the files beside it, which are read to their ends. */
export async function checkResources(
  upload: UploadedResources,
  { known, findings, signal, keepsFiles }: ResourceCheck,
): Promise<void> {
  const file = upload.list.name
  const report = ({ code, message, hint, column }: Problem, line: number): void =>
    findings.error(code, { file, line, ...(column !== undefined && { column }) }, () => ({
      message,
      ...(hint !== undefined && { hint }),
    }))
  const { line, problems, unknown, rows } = await resourceRows(upload)
  for (const problem of problems) report(problem, line)
  if (problems.length > 0) return
  for (const column of unknown)
    findings.warning('tenure/column-unknown', { file, line, column }, () => ({
      message: 'Resources have no such column: it is not imported.',
    }))
  const stored = new Set<string>()
  for await (const batch of rows()) {
    signal.throwIfAborted()
    for (const row of batch)
      for (const problem of problemsOf(row, upload, known, stored)) report(problem, row.line)
  }
  reportUnnamed(upload, stored, findings)
  if (!keepsFiles && stored.size > 0)
    findings.warning('tenure/files-left', { file }, () => ({
      message: `${stored.size} files are not imported: this host keeps none.`,
      count: stored.size,
    }))
  if (keepsFiles) await readFiles(upload, stored, findings, signal)
}

function* problemsOf(
  row: ResourceRow,
  { files }: UploadedResources,
  known: KnownRows,
  stored: Set<string>,
): Generator<Problem> {
  yield* row.problems
  if (row.id !== null) yield* known.addResource(row.id)
  const given = new Set<string>()
  for (const { kind, id, text } of row.links) {
    const wrong = (code: Problem['code'], message: string): Problem => ({ code, column: 'links', message })
    if (kind === undefined)
      yield wrong(
        'tenure/value-invalid',
        `${shown(text)} is no link: each is one of ${linkKinds.join(', ')}, a colon and an id.`,
      )
    else if (given.has(text)) yield wrong('tenure/link-repeated', `The link ${shown(text)} is there twice.`)
    else if (!known.isThere(kind, id))
      yield wrong('tenure/link-unknown', `The link ${shown(text)} leads to no row of this export.`)
    given.add(text)
  }
  const { storedFile } = row
  if (storedFile === null) return
  const wrong = (code: Problem['code'], message: string): Problem => ({
    code,
    column: 'stored_file',
    message,
  })
  if (!files.has(storedFile))
    yield wrong('tenure/file-missing', `There is no file ${shown(storedFile)} beside the list.`)
  else if (stored.has(storedFile))
    yield wrong('tenure/file-repeated', `Another resource has the file ${shown(storedFile)}.`)
  stored.add(storedFile)
}

function reportUnnamed(
  { list, files }: UploadedResources,
  stored: ReadonlySet<string>,
  findings: FindingCollector,
): void {
  const unnamed = [...files.keys()].filter((name) => !stored.has(name))
  if (unnamed.length === 0) return
  const some = unnamed.slice(0, 5).map(shown).join(', ')
  findings.warning('tenure/file-unlisted', { file: list.name }, () => ({
    message: `${unnamed.length} files are of no resource of the list, and not imported: ${some}${unnamed.length > 5 ? ' …' : ''}.`,
    count: unnamed.length,
  }))
}

/** Each with its size and its checksum, so that none breaks off when half of the project is written. */
async function readFiles(
  { files }: UploadedResources,
  stored: ReadonlySet<string>,
  findings: FindingCollector,
  signal: AbortSignal,
): Promise<void> {
  for (const [name, file] of files) {
    if (!stored.has(name)) continue
    try {
      for await (const _ of file.open()) signal.throwIfAborted()
    } catch (error) {
      const finding = findingOf(error)
      if (!finding) throw error
      findings.add({ ...finding, file: file.name })
    }
  }
}
