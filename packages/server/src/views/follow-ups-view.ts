import { z } from 'zod'
import { type Model, model } from '../http/model.js'

export interface FollowUpsView {
  /** In their order. */
  readonly items: readonly {
    readonly list: 'onSuccess' | 'onFailure' | 'onCancel'
    readonly action: string
  }[]
  /** Names of those that the caller may add. */
  readonly offered: readonly string[]
}

export const followUpsViewModel: Model<FollowUpsView> = model(
  z.strictObject({
    items: z.array(
      z.strictObject({ list: z.enum(['onSuccess', 'onFailure', 'onCancel']), action: z.string() }),
    ),
    offered: z.array(z.string()).describe('names of those that the caller may add'),
  }),
  'FollowUps',
)
