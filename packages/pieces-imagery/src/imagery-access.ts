import type { PieceContext, ResourceRef } from '@piecework/core/piece'

export type Principal = PieceContext['principal']

/** Who may read which imagery. A host's `AccessPolicy` is one. */
export interface ImageryAccess {
  /** `resource` is of the kind `imagery-project` or `imagery-scene`. */
  allows(principal: Principal, action: 'export', resource: ResourceRef): Promise<boolean>
}
