import type { Queryable } from '../contracts/database.js'
import type { Job } from '../contracts/jobs.js'
import { resourcePath } from '../guard/paths.js'
import { checkOptions } from '../options/check-options.js'
import { exportNodes } from '../plan/nodes.js'
import { lineageOf } from '../plan/source.js'
import { recordEntry } from '../record/recorder.js'
import { canonicalRequest } from './canonical-request.js'
import { choosePieces } from './choose-pieces.js'
import { createUnchanged } from './create-unchanged.js'
import { type ExportRequest, exportChecks, exportInstead } from './export-request.js'
import type { RequestDeps } from './request-deps.js'

export async function createExport(
  deps: RequestDeps,
  given: ExportRequest,
  tx?: Queryable,
  retried?: Job,
): Promise<Job> {
  const { store, registry, allow, environment, jobLimits } = deps
  const db = tx ?? store.database
  const checked = checkOptions('export()', given, exportChecks, exportInstead)
  const request = await canonicalRequest(registry, db, checked)
  const { principal, resource } = request
  await allow(principal, 'export', resource)
  const id = environment.uuid()
  const chosen = await choosePieces(deps, request, {
    job: id,
    db,
    can: ({ exporter }) => exporter !== undefined,
    ...(retried && { retried }),
  })
  const job = {
    id,
    kind: 'export' as const,
    tree: chosen.tree,
    principal,
    request: chosen.request,
    claims: [resourcePath(await lineageOf(registry, db, resource))],
    ...exportNodes(chosen.tree, chosen.piecesOf),
    ...(retried && { retryOf: retried.id, reads: [retried.id, ...(retried.reads ?? [])] }),
    record: recordEntry({ ...request, action: retried ? 'retry' : 'export', job: { id } }, 'allowed'),
    ...jobLimits(request),
  }
  return createUnchanged(deps, job, request, tx)
}
