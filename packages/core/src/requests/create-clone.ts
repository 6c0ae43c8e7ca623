import { allowResource } from '../access/allow-resource.js'
import type { Queryable } from '../contracts/database.js'
import type { JobRequest } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'
import type { Piece } from '../contracts/piece.js'
import { resourcePath } from '../guard/paths.js'
import { checkOptions } from '../options/check-options.js'
import { checkElsewhere } from '../plan/check-elsewhere.js'
import { drawTargets } from '../plan/draw-targets.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { cloneNodes } from '../plan/nodes.js'
import { numberedPieces } from '../plan/numbered-pieces.js'
import { lineageOf } from '../plan/source.js'
import { walkTree } from '../plan/tree.js'
import { recordEntry } from '../record/recorder.js'
import { refuseShelless } from '../tasks/shells-of.js'
import { canonicalRequest } from './canonical-request.js'
import { choosePieces } from './choose-pieces.js'
import { createUnchanged } from './create-unchanged.js'
import { type CloneRequest, cloneChecks, exportInstead } from './export-request.js'
import type { RequestDeps } from './request-deps.js'

export async function createClone(
  deps: RequestDeps,
  given: CloneRequest,
  tx?: Queryable,
  retried?: Job,
): Promise<Job> {
  const { store, registry, allow, environment, jobLimits } = deps
  const db = tx ?? store.database
  const checked = checkOptions('clone()', given, cloneChecks, exportInstead)
  const request = await canonicalRequest(registry, db, checked)
  const { principal, resource } = request
  await allowResource(allow, principal, 'clone-from', resource)
  const id = environment.uuid()
  const chosen = await choosePieces(deps, request, {
    job: id,
    db,
    can: isClonable,
    ...(retried && { retried }),
  })
  const { tree, piecesOf } = chosen
  const lineage = await lineageOf(registry, db, resource)
  const above = lineage.slice(0, -1)
  const into = above.at(-1)
  // It was not named by the user, and what is in it is there.
  if (into) await allow(principal, 'import', into)
  refuseShelless(registry, tree)
  const name = await nameOf(deps, request, db)
  const drawn = await drawTargets(registry, db, tree)
  const target = newRefOf(registry, { id, ...drawn }, tree)
  const pieces = new Set(walkTree(tree).flatMap(({ ref }) => piecesOf(ref)))
  await checkElsewhere({ registry, store }, pieces, db)
  const numbered = await numberedPieces(pieces, db, store)
  const job = {
    id,
    kind: 'clone' as const,
    tree,
    target,
    ...drawn,
    principal,
    request: { ...chosen.request, ...name, ...(into && { into }) },
    claims: [resourcePath(lineage), resourcePath([...above, target])],
    ...cloneNodes(tree, piecesOf, numbered),
    ...(retried && { retryOf: retried.id }),
    record: recordEntry({ ...request, action: retried ? 'retry' : 'clone-from', job: { id } }, 'allowed'),
    ...jobLimits(request),
  }
  return createUnchanged(deps, job, request, tx)
}

function isClonable({ exportOnly, cloner, exporter, importer }: Piece): boolean {
  return !exportOnly && (cloner !== undefined || (exporter !== undefined && importer !== undefined))
}

async function nameOf(
  { registry }: RequestDeps,
  { name, resource }: CloneRequest,
  db: Queryable,
): Promise<Pick<JobRequest, 'name' | 'numberName'>> {
  if (name !== undefined) return { name }
  const described = await registry.kind(resource.kind).describe(resource, db)
  return { name: `${described?.name ?? resource.id} - copy`, numberName: true }
}
