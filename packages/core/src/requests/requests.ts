import { randomUUID } from 'node:crypto'
import type { Allow } from '../access/allow.js'
import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job, JobRequest, NewJob } from '../contracts/jobs.js'
import type { Piece } from '../contracts/piece.js'
import { resourcePath } from '../guard/paths.js'
import { checkOptions } from '../options/check-options.js'
import { applicable, parseOptions } from '../plan/applicable.js'
import { cloneNodes, exportNodes } from '../plan/nodes.js'
import { assertPiecesKnown } from '../plan/piece-unknown.js'
import { lineageOf, readTree } from '../plan/source.js'
import { resourceName } from '../plan/tree.js'
import { refuseShelless } from '../tasks/shells-of.js'
import { type EngineDeps, newRefOf } from '../tasks/work.js'
import {
  type CloneRequest,
  cloneChecks,
  type ExportRequest,
  exportChecks,
  exportInstead,
} from './export-request.js'
import type { JobLimits } from './job-limits.js'

/** Turns what a principal asks for into a stored job; with `tx` the job commits with the host's transaction. */
export interface Requests {
  export(request: ExportRequest, tx?: Queryable, retried?: Job): Promise<Job>
  clone(request: CloneRequest, tx?: Queryable, retried?: Job): Promise<Job>
}

export function createRequests(parts: EngineDeps, allow: Allow, terms: JobLimits): Requests {
  const { store, registry } = parts

  /** The tree that goes along and the pieces of it that apply. */
  const choose = async (
    request: ExportRequest,
    jobId: string,
    db: Queryable,
    able: (piece: Piece) => boolean,
    retried: Job | undefined,
  ) => {
    const without = new Set(request.without)
    assertPiecesKnown(without, registry.pieces)
    const options = parseOptions(registry.pieces.values(), request.options, retried?.request.options)
    const tree = await readTree(registry, db, request.resource, request.children)
    const pieces = [...registry.pieces.values()].filter((piece) => able(piece) && !without.has(piece.name))
    const { principal } = request
    return { options, tree, piecesOf: await applicable(tree, pieces, { jobId, principal, options, db }) }
  }

  const exportJob: Requests['export'] = async (given, tx, retried) => {
    const request = checkOptions('export()', given, exportChecks, exportInstead)
    const { principal, resource } = request
    await allow(principal, 'export', resource)
    const db = tx ?? store.database
    const id = randomUUID()
    const able = (piece: Piece) => piece.exporter !== undefined
    const { options, tree, piecesOf } = await choose(request, id, db, able, retried)
    const claims = [resourcePath(await lineageOf(registry, db, resource))]
    const nodes = exportNodes(tree, piecesOf)
    const asked = { options, ...chosen(request) }
    const again = retried && { retryOf: retried.id, reads: [retried.id, ...(retried.reads ?? [])] }
    const job = { id, kind: 'export' as const, tree, principal, request: asked, claims, ...nodes, ...again }
    return createUnchanged({ ...job, ...terms(request) }, request, tx)
  }

  const cloneJob: Requests['clone'] = async (given, tx, retried) => {
    const request = checkOptions('clone()', given, cloneChecks, exportInstead)
    const { principal, resource } = request
    await allow(principal, 'clone-from', resource)
    const db = tx ?? store.database
    const id = randomUUID()
    const able = (piece: Piece) =>
      !piece.exportOnly && (!!piece.cloner || (!!piece.exporter && !!piece.importer))
    const { options, tree, piecesOf } = await choose(request, id, db, able, retried)
    const line = await lineageOf(registry, db, resource)
    const above = line.slice(0, -1)
    const target = newRefOf(registry, { id }, tree)
    refuseShelless(registry, tree)
    const described = await registry.kind(resource.kind).describe(resource, db)
    const named =
      request.name === undefined
        ? { name: `${described?.name ?? resource.id} - copy`, numberName: true as const }
        : { name: request.name }
    const claims = [resourcePath(line), resourcePath([...above, target])]
    const into = above.at(-1)
    const asked = { options, ...named, ...(into && { into }), ...chosen(request) }
    const nodes = cloneNodes(tree, piecesOf)
    const again = retried && { retryOf: retried.id }
    const job = {
      id,
      kind: 'clone' as const,
      tree,
      target,
      principal,
      request: asked,
      claims,
      ...nodes,
      ...again,
      ...terms(request),
    }
    return createUnchanged(job, request, tx)
  }

  /** What was read before the claim was granted must still be so under it. */
  const createUnchanged = async (job: NewJob, request: ExportRequest, tx?: Queryable): Promise<Job> => {
    const created = await store.jobs.create(job, tx)
    const now = await readTree(registry, tx ?? store.database, request.resource, request.children).catch(
      () => undefined,
    )
    if (JSON.stringify(now) === JSON.stringify(job.tree)) return created
    if (!tx) await store.jobs.cancel(created.id)
    throw new PieceworkError(
      'resource-busy',
      `${resourceName(request.resource)} changed while it was asked for.`,
      {
        retryable: true,
      },
    )
  }

  return {
    export: exportJob,
    clone: cloneJob,
  }
}

function chosen({ children, without }: ExportRequest): Pick<JobRequest, 'children' | 'without'> {
  return { ...(children && { children }), ...(without && { without }) }
}
