import { randomUUID } from 'node:crypto'
import type { Piecework } from '@piecework/core'
import { check, checkOptions, type Database, type OptionChecks, required } from '@piecework/core/piece'
import { findGdal, type Gdal } from '@piecework/gdal'
import type { SceneFiles } from '../files/scene-files.js'
import type { ImageryAccess, Principal } from '../imagery-access.js'
import { imageryTables } from '../imagery-tables.js'
import { sameId } from '../same-id.js'
import { estimateRequest } from './estimate-request.js'
import { type ImageryExportRequest, readRequest } from './export-request.js'
import { type ExportRow, exportNotFound, insertExport, readExport } from './export-row.js'
import { readState } from './export-state.js'
import { exportView, type ImageryExport } from './export-view.js'

interface AskedBy {
  readonly principal: Principal
  readonly signal?: AbortSignal
}

/** Exports of imagery, as records. Unknown and forbidden ones give the same answer, `imagery/export-not-found`. */
export interface ImageryExports {
  /**
   * Everything that can be seen at once is refused here, before there is a job: unknown and forbidden projects and scenes,
   * bands, projections, areas, sizes, missing programs.
   */
  create(request: ImageryExportRequest, by: AskedBy): Promise<ImageryExport>
  get(id: string, by: AskedBy): Promise<ImageryExport>
  /** One's own, newest first, at most 100; `after`: the id of the last one of the page before. */
  list(by: AskedBy & { readonly after?: string }): Promise<readonly Omit<ExportRow, 'sources'>[]>
  /** Delivers again what has not arrived. Nothing is rendered again. */
  retryDeliveries(id: string, by: AskedBy): Promise<ImageryExport>
}

export interface ImageryExportsOptions {
  readonly piecework: Piecework
  /** Of the tables, and of the Piecework's store. */
  readonly database: Database
  /** As those of `imagery()`. */
  readonly files: SceneFiles
  readonly access: ImageryAccess
  readonly gdal?: Gdal
  readonly mostBytes?: number
  readonly windowPixels?: number
}

const optionChecks: OptionChecks<ImageryExportsOptions> = {
  piecework: required(check.having<Piecework>('a Piecework', 'export', 'job', 'jobs', 'redeliver')),
  database: required(check.having<Database>('a database', 'query', 'transaction')),
  files: required(check.having<SceneFiles>('a store of files', 'open', 'stat')),
  access: required(check.having<ImageryAccess>('an access policy', 'allows')),
  gdal: check.having<Gdal>('what findGdal() finds', 'folder', 'version'),
  mostBytes: check.wholeNumber(1, Number.MAX_SAFE_INTEGER),
  windowPixels: check.wholeNumber(1, Number.MAX_SAFE_INTEGER),
}

export function imageryExports(given: ImageryExportsOptions): ImageryExports {
  const { gdal: found, ...options } = checkOptions('imageryExports()', given, optionChecks)
  const { piecework, database } = options
  const gdal = async () => found ?? (await findGdal())

  const view = async (row: ExportRow, { principal }: AskedBy): Promise<ImageryExport> =>
    exportView(row, await readState(piecework, row, principal), Date.now())

  return {
    create: async (given, by) => {
      const request = readRequest(given)
      const { outputs = ['imagery/cog', 'imagery/quick-look'], deliver, name } = request
      const id = randomUUID()
      const made = await estimateRequest({ ...options, gdal }, request, by)
      await insertExport(database, { id, name, owner: by.principal.id, ...made })
      const job = await piecework
        .export({
          resource: { kind: 'imagery-export', id },
          outputs: outputs.map((output) => ({ name: output })),
          principal: by.principal,
          ...(deliver && { deliver: deliver.map((one) => ({ ...one })) }),
          ...(by.signal && { signal: by.signal }),
        })
        .catch(async (error: unknown) => {
          await database.query(`DELETE FROM ${imageryTables.exports} WHERE ${sameId}`, [id])
          throw error
        })
      await database.query(`UPDATE ${imageryTables.exports} SET job = $2 WHERE ${sameId}`, [id, job.id])
      return view(await readExport(database, id), by)
    },
    get: async (id, by) => view(await readExport(database, id), by),
    list: async ({ principal, after }) => {
      const { rows } = await database.query<{ id: string }>(
        `SELECT id::text AS id FROM ${imageryTables.exports}
         WHERE owner = $1 AND ($2::uuid IS NULL OR (created_at, id) < (
           SELECT created_at, id FROM ${imageryTables.exports} WHERE id = $2 AND owner = $1))
         ORDER BY created_at DESC, id DESC LIMIT 100`,
        [principal.id, after ?? null],
      )
      return Promise.all(rows.map(({ id }) => readExport(database, id)))
    },
    retryDeliveries: async (id, by) => {
      const row = await readExport(database, id)
      const state = await readState(piecework, row, by.principal)
      if (!state) throw exportNotFound(id)
      const { principal, signal } = by
      await piecework.redeliver(state.report.job.id, { principal, ...(signal && { signal }) })
      return view(row, by)
    },
  }
}
