import {
  type CloneContext,
  csvLine,
  type ExportContext,
  type ImportContext,
  isPieceworkError,
  JoinedFiles,
  type NewFinding,
  type Piece,
  PieceworkError,
  type Queryable,
  type Validator,
} from '@piecework/core/piece'
import type { ResourceFiles } from '../resource-files.js'
import type { TenureProjectOptions } from '../tenure-project-options.js'
import { tenureTables } from '../tenure-tables.js'
import { fileEntries, fileSize } from './file-entries.js'

const { resources } = tenureTables

interface Stored {
  readonly id: string
  readonly artifact: string
}

/**
 * The bytes of resources, one after the other in one entry, with a list of their sizes: an archive of 100,000 files has
 * two entries of them. They go from the host's store to the archive and back as streams.
 */
export function files(store: ResourceFiles, { archived }: Pick<TenureProjectOptions, 'archived'>): Piece {
  const stored = async (db: Queryable, project: string): Promise<readonly Stored[]> => {
    const { rows } = await db.query<Stored>(
      `SELECT id, artifact FROM ${resources}
       WHERE project_id = $1 AND artifact IS NOT NULL ${archived === 'carried' ? '' : 'AND NOT archived'}
       ORDER BY name COLLATE "C", original_file COLLATE "C", description COLLATE "C", id`,
      [project],
    )
    return rows
  }
  return {
    contract: 1,
    name: 'tenure/files',
    of: 'tenure-project',
    version: 1,
    after: ['tenure/resources'],
    exporter: { export: (context) => exportFiles(context, store, stored) },
    importer: { import: (context) => importFiles(context, store) },
    cloner: { clone: (context) => cloneFiles(context, store, stored) },
    remover: {
      // What attempts have put, whether or not their rows were committed.
      remove: async ({ resources: projects }) => {
        for (const { id } of projects) await store.delete(id)
      },
    },
    validators: [sizes],
  }
}

type ReadStored = (db: Queryable, project: string) => Promise<readonly Stored[]>

async function exportFiles(
  { tx, resource, write, finding, progress, signal }: ExportContext,
  store: ResourceFiles,
  stored: ReadStored,
) {
  const all = await stored(tx, resource.id)
  const lines = [csvLine(['resource_id', 'bytes'])]
  const missing: string[] = []
  await write(fileEntries.bytes, bytesOfAll())
  const rows = lines.length - 1
  await write(fileEntries.list, Buffer.from(lines.join('')), () => rows)
  tellMissing(missing, finding)
  return { rows }

  async function* bytesOfAll(): AsyncGenerator<Uint8Array> {
    for (const [at, { id, artifact }] of all.entries()) {
      signal.throwIfAborted()
      const chunks = await opened(store, artifact)
      if (!chunks) missing.push(id)
      else {
        let size = 0
        for await (const chunk of chunks) {
          size += chunk.length
          yield chunk
        }
        lines.push(csvLine([id, String(size)]))
      }
      progress(at + 1, all.length)
    }
  }
}

async function importFiles(
  { entries, tx, ids, resource, finding, progress, signal }: ImportContext,
  store: ResourceFiles,
) {
  const counts = { rows: 0, skipped: 0 }
  const joined = new JoinedFiles(entries.open(fileEntries.bytes))
  try {
    for await (const batch of entries.rows(fileEntries.list)) {
      signal.throwIfAborted()
      const given = batch.map(({ resource_id, bytes }) => ({
        id: ids.idOf(tenureTables.resources, resource_id ?? ''),
        size: fileSize(bytes),
      }))
      const known = await place(
        tx,
        resource.id,
        given.map(({ id }) => id),
      )
      for (const { id, size } of given) {
        signal.throwIfAborted()
        if (size === undefined)
          throw new PieceworkError('archive-invalid', `"${fileEntries.list}" has a size that is no number.`)
        if (known.delete(id)) {
          await store.put(keyOf(resource.id, id), joined.take(size))
          counts.rows++
        } else {
          await joined.skip(size)
          counts.skipped++
        }
        progress(counts.rows + counts.skipped, entries.facts(fileEntries.list)?.rows)
      }
    }
    await joined.end()
  } finally {
    await joined.close()
  }
  tellSkipped(counts.skipped, finding)
  return counts
}

/** How many resources are told of the files of their copies at once. */
const batchFiles = 1000

async function cloneFiles(
  { source, resource, tx, ids, finding, progress, signal }: CloneContext,
  store: ResourceFiles,
  stored: ReadStored,
) {
  const all = await stored(tx, source.id)
  const missing: string[] = []
  const counts = { rows: 0, skipped: 0 }
  for (let start = 0; start < all.length; start += batchFiles) {
    const put: string[] = []
    for (const { id: old, artifact } of all.slice(start, start + batchFiles)) {
      signal.throwIfAborted()
      const chunks = await opened(store, artifact)
      if (!chunks) missing.push(old)
      else {
        const id = ids.idOf(tenureTables.resources, old)
        await store.put(keyOf(resource.id, id), chunks)
        put.push(id)
      }
      progress(start + put.length, all.length)
    }
    const known = await place(tx, resource.id, put)
    counts.rows += known.size
    counts.skipped += put.length - known.size
  }
  tellMissing(missing, finding)
  tellSkipped(counts.skipped, finding)
  return counts
}

/** Below the project's, so that one deletion removes all of a copy. */
const keyOf = (project: string, resource: string): string => `${project}/${resource}`

/** Writes the keys of files; resolves to those of the resources that are there, each once. */
async function place(tx: Queryable, project: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    `UPDATE ${resources} SET artifact = project_id || '/' || id
     WHERE id = ANY ($1::text[]) AND project_id = $2 RETURNING id`,
    [ids, project],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Undefined if the store has no such file. */
async function opened(
  store: ResourceFiles,
  artifact: string,
): Promise<AsyncGenerator<Uint8Array> | undefined> {
  const chunks = store.open(artifact)[Symbol.asyncIterator]()
  try {
    const first = await chunks.next()
    return from(first, chunks)
  } catch (error) {
    if (isPieceworkError(error, 'artifact-not-found')) return undefined
    throw error
  }
}

async function* from(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; !next.done; next = await chunks.next()) yield next.value
  } finally {
    await chunks.return?.()
  }
}

export function tellMissing(missing: readonly string[], finding: (finding: NewFinding) => void): void {
  if (missing.length === 0) return
  finding({
    severity: 'warning',
    code: 'tenure/file-missing',
    count: missing.length,
    message: `The host's store has no file of ${missing.length} resources (${missing.slice(0, 5).join(', ')}): they travel without.`,
  })
}

function tellSkipped(skipped: number, finding: (finding: NewFinding) => void): void {
  if (skipped === 0) return
  finding({
    severity: 'warning',
    code: 'tenure/file-without-resource',
    file: fileEntries.list,
    column: 'resource_id',
    count: skipped,
    message: `${skipped} files are of resources that are not there: left out.`,
  })
}

const sizes: Validator = {
  validate: async function* ({ entries }) {
    const error = { severity: 'error', code: 'tenure/files-invalid' } as const
    for (const file of Object.values(fileEntries))
      if (!entries.facts(file)) yield { ...error, file, message: `"${file}" is missing.` }
    const whole = entries.facts(fileEntries.bytes)
    if (!whole || !entries.facts(fileEntries.list)) return
    let listed = 0
    for await (const batch of entries.rows(fileEntries.list))
      for (const { bytes } of batch) {
        const size = fileSize(bytes)
        if (size === undefined) {
          const message = `${JSON.stringify(bytes ?? null)} is no number of bytes.`
          yield { ...error, file: fileEntries.list, column: 'bytes', message }
          return
        }
        listed += size
      }
    if (listed !== whole.size) {
      const message = `The listed files have ${listed} bytes, "${fileEntries.bytes}" has ${whole.size}.`
      yield { ...error, file: fileEntries.list, column: 'bytes', message }
    }
  },
}
