import { randomUUID } from 'node:crypto'
import type { Piecework } from '@piecework/core'
import {
  check,
  checkOptions,
  type Database,
  isPieceworkError,
  type OptionChecks,
  required,
} from '@piecework/core/piece'
import { withTemporaryFolder } from '@piecework/core/store'
import { findGdal, type Gdal } from '@piecework/gdal'
import type { SceneFiles } from '../files/scene-files.js'
import type { ImageryAccess, Principal } from '../imagery-access.js'
import { imageryTables } from '../imagery-tables.js'
import { assertPicture } from '../picture/picture.js'
import { estimateOf } from '../plan/estimate.js'
import { sameId } from '../same-id.js'
import { type ImageryExportRequest, readRequest, toolOf } from './export-request.js'
import { type ExportRow, exportNotFound, insertExport, readExport } from './export-row.js'
import { exportView, type ImageryExport } from './export-view.js'
import { planStored } from './plan-stored.js'
import { sourcesOf } from './stored-scenes.js'

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
  const { piecework, database, access } = options
  const gdal = async () => found ?? (await findGdal())

  const view = async (row: ExportRow, { principal }: AskedBy): Promise<ImageryExport> => {
    const report = (job: string) =>
      piecework.job(job, { principal }).catch((error: unknown) => {
        if (isPieceworkError(error, 'forbidden') || isPieceworkError(error, 'job-not-found'))
          throw exportNotFound(row.id)
        throw error
      })
    const job = await jobOf(row, { principal })
    return exportView(
      row,
      job === undefined ? undefined : await report(job),
      row.delivery === undefined ? undefined : await report(row.delivery),
    )
  }
  /** One that began, and whose id was not written any more, is known by its resource. */
  const jobOf = async ({ id, job }: ExportRow, { principal }: AskedBy): Promise<string | undefined> =>
    job ?? (await piecework.jobs({ resource: { kind: 'imagery-export', id }, principal })).at(-1)?.id

  const estimated = async (request: ImageryExportRequest, { principal, signal }: AskedBy) => {
    const tool = toolOf(request, await colorsOf(database, request))
    const sources = await sourcesOf(database, access, principal, tool)
    const { version } = await gdal()
    return withTemporaryFolder({ purpose: 'imagery', signal }, async (folder) => {
      const run = { folder, ...(signal && { signal }) }
      const { plan } = await planStored(database, { ...options, gdal }, { tool, sources }, run, true)
      for (const output of request.outputs ?? [])
        if (output === 'imagery/png' || output === 'imagery/jpeg')
          assertPicture(plan, output === 'imagery/png' ? 'png' : 'jpeg')
      const { asked, isFiner } = plan
      const estimate = {
        ...estimateOf(plan),
        asked,
        windows: plan.windows.length,
        isFiner,
        gdalVersion: version,
      }
      return { tool, sources, estimate }
    })
  }

  return {
    create: async (given, by) => {
      const request = readRequest(given)
      const { outputs = ['imagery/cog', 'imagery/quick-look'], deliver, name } = request
      const id = randomUUID()
      const made = await estimated(request, by)
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
      const { job: rendered } = await view(row, by)
      if (rendered === undefined) throw exportNotFound(id)
      const job = await piecework.redeliver(rendered, { principal: by.principal })
      await database.query(`UPDATE ${imageryTables.exports} SET delivery = $2 WHERE ${sameId}`, [id, job.id])
      return view(await readExport(database, id), by)
    },
  }
}

async function colorsOf(db: Database, { source, colorCorrection }: ImageryExportRequest): Promise<unknown> {
  if (colorCorrection !== true || !('project' in source)) return undefined
  const { rows } = await db.query<{ colors: unknown }>(
    `SELECT color_correction AS colors FROM ${imageryTables.projects} WHERE ${sameId} AND state = 'ready'`,
    [source.project],
  )
  return rows[0]?.colors
}
