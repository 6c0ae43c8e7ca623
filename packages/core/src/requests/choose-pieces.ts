import type { Queryable } from '../contracts/database.js'
import type { FollowUpList } from '../contracts/follow-up-request.js'
import type { JobRequest } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceTree } from '../contracts/resource.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import { requestedFollowUps } from '../follow-ups/requested-follow-ups.js'
import { applicable, type PiecesOf, parseOptions } from '../plan/applicable.js'
import { assertPiecesKnown } from '../plan/piece-unknown.js'
import { readTree } from '../plan/source.js'
import type { SourceRequest } from './export-request.js'

export interface ChosenPieces {
  readonly tree: ResourceTree
  readonly piecesOf: PiecesOf
  /** What is stored with the job of the request. */
  readonly request: Pick<JobRequest, 'options' | 'children' | 'without' | FollowUpList>
}

/** The tree that a request is about, and its pieces that `can` do this and have something to carry. */
export async function choosePieces(
  { registry, followUps, store }: Pick<EngineDeps, 'registry' | 'followUps' | 'store'>,
  { principal, resource, children, without, options, ...request }: SourceRequest,
  { job, db, can, retried }: PieceChoice,
): Promise<ChosenPieces> {
  const excluded = new Set(without)
  assertPiecesKnown(excluded, registry.pieces)
  const parsed = parseOptions(registry.pieces.values(), options, retried?.request.options)
  const tree = await readTree(registry, db, resource, children)
  const pieces = [...registry.pieces.values()].filter((piece) => can(piece) && !excluded.has(piece.name))
  const piecesOf = await applicable(tree, pieces, { jobId: job, principal, options: parsed, db, store })
  const stored = {
    options: parsed,
    ...(children && { children }),
    ...(without && { without }),
    ...requestedFollowUps(followUps, request, retried),
  }
  return { tree, piecesOf, request: stored }
}

export interface PieceChoice {
  /** Id of the job that the pieces are for. */
  readonly job: string
  readonly db: Queryable
  can(piece: Piece): boolean
  /** Its options stay as they are. */
  readonly retried?: Job
}
