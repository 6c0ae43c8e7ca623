import type { Principal } from './principal.js'
import type { ResourceRef } from './resource.js'

export interface PieceContext<Options = unknown> {
  readonly jobId: string
  /** The resource that this node is about: the source of an export, the target of an import or clone. */
  readonly resource: ResourceRef
  readonly principal: Principal
  readonly options: Options
  readonly signal: AbortSignal
}

export interface WorkContext<Options = unknown> extends PieceContext<Options> {
  /** Rows done so far, or whatever the piece counts; cheap enough to call for every batch. */
  progress(done: number, total?: number): void
}
