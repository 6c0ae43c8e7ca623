import { randomUUID } from 'node:crypto'
import {
  createPiecework,
  type Database,
  type Diff,
  type Finding,
  memoryArtifacts,
  type Piecework,
  type PieceworkOptions,
  type ResourceKind,
} from '@piecework/core'
import type { ArchiveRef, Piece } from '@piecework/core/piece'
import { fromPg, postgresStore, type TablePieceSpec, type TableSpec, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { scratchEmbedded } from '../scratch-embedded.js'

type Place = 'embedded' | 'server'

/** Where a test of albums runs. */
export const places: readonly Place[] = process.env.DATABASE_URL ? ['embedded', 'server'] : ['embedded']

/** Where a test runs whose SQL knows no difference between them: the embedded database takes seconds to start. */
export const onePlace = places.slice(-1)

interface Ended {
  readonly ok: boolean
  readonly id: string
  readonly archive: ArchiveRef
  readonly job: string
  /** The job's error and all findings, one line each. */
  readonly told: string
  readonly findings: readonly Finding[]
}

/** A host of albums, with tables below them, and all its jobs. */
export interface Albums {
  readonly db: Database
  readonly piecework: Piecework
  readonly artifacts: ReturnType<typeof memoryArtifacts>
  sql<Row extends object = Record<string, string | null>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>
  /** A new album. */
  add(): Promise<string>
  export(id: string): Promise<Ended>
  import(archive: ArchiveRef): Promise<Ended>
  validate(archive: ArchiveRef): Promise<Ended>
  clone(id: string): Promise<Ended>
  /** Of an archive and an album. */
  diff(archive: ArchiveRef, id: string): Promise<Diff>
  close(): Promise<void>
}

/** What is told of rows and ids that were not kept: a dry run and an import tell the same. */
export const lossesOf = ({ findings }: Pick<Ended, 'findings'>): readonly string[] =>
  findings
    .filter(({ code }) => code !== 'table/text-rewritten')
    // A dry run names no rows.
    .map(({ piece, severity, code, column, count, message }) =>
      [piece, severity, code, column, count, message.replace(/ \([^)]*\)(?=:)/, '')].join(' '),
    )
    .sort()

const principal = { id: 'ann' }

export const albumTable = 'CREATE TABLE albums (id uuid PRIMARY KEY, name text, ready boolean DEFAULT true)'

export const albumKind: ResourceKind = {
  kind: 'album',
  table: 'albums',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM albums WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO albums VALUES ($1, $2, false)', [ref.id, name ?? ''])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE albums SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM albums WHERE id = $1', [id])),
  },
}

export const albumPiece = (
  tables: readonly TableSpec[],
  more: Partial<Piece> = {},
  spec: Partial<TablePieceSpec> = {},
): Piece => ({
  ...tablePiece({ name: 'album/rows', of: 'album', version: 1, tables, ...spec }),
  ...more,
})

/** `ddl` may refer to `albums (id uuid)`. */
export async function albums(
  on: Place,
  ddl: string,
  pieces: readonly Piece[],
  options: Partial<PieceworkOptions> = {},
): Promise<Albums> {
  const { db, end } = await opened(on)
  for (const statement of [albumTable, ...ddl.split(';\n').filter((one) => one.trim() !== '')]) {
    await db.query(statement).catch((error) => {
      console.error(statement, error)
      throw error
    })
  }
  const store = postgresStore({ database: db })
  // The server's template has its tables.
  if (on === 'embedded') await store.migrate()
  const artifacts = memoryArtifacts()
  const piecework = createPiecework({
    packs: [{ name: 'albums', kinds: [albumKind], pieces }],
    store,
    artifacts,
    // One node after the other needs few connections, each of which takes as long to begin as a job.
    runtime: inProcess({ concurrency: 1 }),
    ...options,
  })
  await piecework.start()
  const ended = async (asked: ReturnType<Piecework['export']>): Promise<Ended> => {
    const { job, findings } = await (await asked).ended()
    const error = job.error ? [`${job.error.code}: ${job.error.message}`] : []
    return {
      ok: job.outcome === 'succeeded',
      job: job.id,
      id: job.result?.resource?.id ?? '',
      archive: job.result?.archive as ArchiveRef,
      told: [...error, ...findings.map(({ code, message }) => `${code}: ${message}`)].join('\n'),
      findings,
    }
  }
  const album = (id: string) => ({ kind: 'album', id })
  return {
    db,
    piecework,
    artifacts,
    sql: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await db.query<Row>(text, values)).rows,
    add: async () => {
      const id = randomUUID()
      await db.query('INSERT INTO albums VALUES ($1, $2)', [id, 'Album'])
      return id
    },
    export: (id) => ended(piecework.export({ resource: album(id), principal })),
    import: ({ artifact }) => ended(piecework.import({ archive: { artifact }, principal })),
    validate: ({ artifact }) => ended(piecework.validate({ archive: { artifact }, principal })),
    clone: (id) => ended(piecework.clone({ resource: album(id), principal })),
    diff: ({ artifact }, id) => piecework.diff({ artifact }, { resource: album(id), principal }),
    close: async () => {
      await piecework.stop()
      await end()
    },
  }
}

async function opened(on: Place): Promise<{ db: Database; end: () => Promise<void> }> {
  if (on === 'embedded') {
    const db = await scratchEmbedded()
    return { db, end: () => db.close() }
  }
  const scratch = await scratchDatabase({ template: storeTemplate })
  const pool = new pg.Pool({ connectionString: scratch.url, max: 3 })
  return {
    db: fromPg(pool),
    end: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}
