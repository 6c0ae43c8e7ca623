import { randomUUID } from 'node:crypto'
import type { Database, Finding, ResourceRef } from '@piecework/core'
import {
  type Entries,
  entriesOf,
  type IdsOptions,
  jobIds,
  type NewFiles,
  type Piece,
  type PieceCounts,
} from '@piecework/core/piece'
import { fromPg } from '@piecework/postgres'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'

export interface World {
  readonly db: Database
  close(): Promise<void>
}

/** A database of its own with the tables that `sql` makes. */
export async function world(sql: string): Promise<World> {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  const close = async () => {
    await pool.end()
    await scratch.drop()
  }
  try {
    await pool.query(sql)
  } catch (error) {
    // The runner says nothing of a hook that fails.
    console.error(error)
    await close()
    throw error
  }
  return { db: fromPg(pool), close }
}

type Found = Omit<Finding, 'piece'>

export interface Outcome {
  readonly counts: PieceCounts
  readonly findings: readonly Found[]
}

export type Files = Readonly<Record<string, string | { readonly csv: string; readonly rows: number }>>

const work = (resource: ResourceRef) => ({
  resource,
  principal: { id: 'someone' },
  options: undefined,
  signal: new AbortController().signal,
  progress: () => {},
})

export interface Exported {
  readonly counts: PieceCounts
  readonly files: Readonly<Record<string, { readonly csv: string; readonly rows: number }>>
}

export async function exported(db: Database, piece: Piece, resource: ResourceRef): Promise<Exported> {
  const files: Record<string, { csv: string; rows: number }> = {}
  const counts = await db.transaction(
    async (tx) =>
      piece.exporter?.export({
        ...work(resource),
        jobId: randomUUID(),
        tx,
        finding: () => {},
        write: async (path, bytes, rows) => {
          const chunks: Uint8Array[] = []
          if (bytes instanceof Uint8Array) chunks.push(bytes)
          else for await (const chunk of bytes) chunks.push(chunk)
          files[path] = {
            csv: Buffer.concat(chunks).toString('utf8'),
            rows: typeof rows === 'function' ? rows() : -1,
          }
        },
      }),
    { readOnly: true },
  )
  if (!counts) throw new Error('The piece exports nothing.')
  return { counts, files }
}

function entries(files: Files): Entries {
  return entriesOf(
    Object.entries(files).map(([path, file]) => {
      const bytes = Buffer.from(typeof file === 'string' ? file : file.csv)
      const facts = { size: bytes.length, ...(typeof file === 'string' ? {} : { rows: file.rows }) }
      return { path, facts, open: () => slices(bytes) }
    }),
  )
}

async function* slices(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}

/** Of a piece without files. */
export const noFiles: NewFiles = {
  nameOf: () => randomUUID(),
  announce: async () => {},
  withdraw: async () => {},
}

export interface Into {
  readonly resource: ResourceRef
  readonly source: ResourceRef
  readonly jobId: string
  readonly into?: ResourceRef
  readonly carries?: (kind: string) => boolean
  readonly ids?: IdsOptions
}

export async function imported(db: Database, piece: Piece, files: Files, into: Into): Promise<Outcome> {
  const findings: Found[] = []
  const counts = await db.transaction(async (tx) =>
    piece.importer?.import({ ...making(into, findings), entries: entries(files), tx }),
  )
  if (!counts) throw new Error('The piece imports nothing.')
  return { counts, findings }
}

export async function cloned(db: Database, piece: Piece, into: Into): Promise<Outcome> {
  const findings: Found[] = []
  const counts = await db.transaction(async (tx) => piece.cloner?.clone({ ...making(into, findings), tx }))
  if (!counts) throw new Error('The piece clones nothing.')
  return { counts, findings }
}

const making = ({ resource, source, jobId, into, carries, ids }: Into, findings: Found[]) => ({
  ...work(resource),
  source,
  jobId,
  files: noFiles,
  ids: jobIds(jobId, ids),
  ...(into && { into }),
  carries: carries ?? (() => true),
  finding: (finding: Found) => {
    findings.push(finding)
  },
  replaced: async () => {},
})

/** What all validators of the piece say. */
export async function validated(
  db: Database,
  piece: Piece,
  input: Files | Entries,
  target: ResourceRef = { kind: 'project', id: randomUUID() },
  around: Partial<Pick<Into, 'into' | 'carries' | 'jobId'>> = {},
): Promise<readonly Found[]> {
  const given = typeof input.open === 'function' ? (input as Entries) : entries(input as Files)
  return db.transaction(
    async (tx) => {
      const findings: Found[] = []
      for (const validator of piece.validators ?? []) {
        for await (const finding of validator.validate({
          ...work(target),
          jobId: around.jobId ?? randomUUID(),
          entries: given,
          tx,
          target,
          ...(around.into && { into: around.into }),
          carries: around.carries ?? (() => true),
        })) {
          findings.push(finding)
        }
      }
      return findings
    },
    { readOnly: true },
  )
}

export async function rowsOf<Row extends object = Record<string, unknown>>(
  db: Database,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await db.query<Row>(sql, values)).rows
}

/** A new project's shell and a job that fills it. */
export async function newProject(db: Database, source: string, jobId: string = randomUUID()): Promise<Into> {
  const id = jobIds(jobId).idOf('projects', source)
  await db.query('INSERT INTO projects (id) VALUES ($1)', [id])
  return { jobId, resource: { kind: 'project', id }, source: { kind: 'project', id: source } }
}
