import type { ResourceRef } from '@piecework/core/store'

/** What the owner of a draft knows of it, in whatever process it goes on. */
export class DraftState {
  resource: ResourceRef | undefined
  job: string | undefined
  /** Steps that are done. */
  step = 0
  isOver = false
  /** Ids of the uploads that were answered last, by part; undefined once the answer was that there is none. */
  readonly uploads = new Map<string, string | undefined>()

  /** It was made, and something is left to do. */
  get isOpen(): boolean {
    return this.resource !== undefined && !this.isOver
  }
}
