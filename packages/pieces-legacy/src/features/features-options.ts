import type { Schema } from '@piecework/core/piece'
import { z } from 'zod'

/** Options of the piece `legacy/features`. */
export interface FeaturesOptions {
  /**
   * `required`: a feature without a name is an error instead of being named "Unnamed Feature #1". Default
   * `optional`.
   */
  readonly names: 'optional' | 'required'
  /**
   * `union`: a feature's geometry is the union of the planning units that puvspr.dat lists for it; one
   * without rows has none. `none`: features have no geometry, which on irregular grids may be large. Default
   * `union`.
   */
  readonly geometry: 'union' | 'none'
}

export const featuresOptions: Schema<FeaturesOptions> = z.strictObject({
  names: z.enum(['optional', 'required']).default('optional'),
  geometry: z.enum(['union', 'none']).default('union'),
})
