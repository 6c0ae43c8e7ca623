import { z } from 'zod'

/** Options of the piece `legacy/features`. */
export const featuresOptions = z.strictObject({
  /** `required`: a feature without a name is an error instead of being named "Unnamed Feature #1". */
  names: z.enum(['optional', 'required']).default('optional'),
  /**
   * `union`: a feature's geometry is the union of the planning units that puvspr.dat lists for it; one without rows has none.
   * `none`: features have no geometry, which on irregular grids may be large.
   */
  geometry: z.enum(['union', 'none']).default('union'),
})

export type FeaturesOptions = z.infer<typeof featuresOptions>
