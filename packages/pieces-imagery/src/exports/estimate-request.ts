import type { Database } from '@piecework/core/piece'
import { withTemporaryFolder } from '@piecework/core/store'
import type { Principal } from '../imagery-access.js'
import { imageryTables } from '../imagery-tables.js'
import { assertPicture } from '../picture/picture.js'
import { estimateOf } from '../plan/estimate.js'
import { sameId } from '../same-id.js'
import { type ImageryExportRequest, toolOf } from './export-request.js'
import type { ExportRow } from './export-row.js'
import { planStored } from './plan-stored.js'
import type { RenderOptions } from './render-options.js'
import { sourcesOf } from './stored-scenes.js'

/** Plans an export as far as its estimate needs it: what cannot be made is refused here. */
export async function estimateRequest(
  { database, ...options }: RenderOptions & { readonly database: Database },
  request: ImageryExportRequest,
  { principal, signal }: { readonly principal: Principal; readonly signal?: AbortSignal },
): Promise<Pick<ExportRow, 'tool' | 'sources' | 'estimate'>> {
  const given = toolOf(request, await colorsOf(database, request))
  const sources = await sourcesOf(database, options.access, principal, given)
  return withTemporaryFolder({ purpose: 'imagery', signal }, async (folder) => {
    const run = { folder, ...(signal && { signal }) }
    const { plan } = await planStored(database, options, { tool: given, sources }, run, true)
    for (const output of request.outputs ?? [])
      if (output === 'imagery/png' || output === 'imagery/jpeg')
        assertPicture(plan, output === 'imagery/png' ? 'png' : 'jpeg')
    const { tool, asked, isFiner, windows, gdalVersion } = plan
    const estimate = { ...estimateOf(plan), asked, windows: windows.length, isFiner, gdalVersion }
    return { tool, sources, estimate }
  })
}

async function colorsOf(db: Database, { source, colorCorrection }: ImageryExportRequest): Promise<unknown> {
  if (colorCorrection !== true || !('project' in source)) return undefined
  const { rows } = await db.query<{ colors: unknown }>(
    `SELECT color_correction AS colors FROM ${imageryTables.projects} WHERE ${sameId} AND state = 'ready'`,
    [source.project],
  )
  return rows[0]?.colors
}
