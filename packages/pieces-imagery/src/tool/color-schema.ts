import { z } from 'zod'

const finite = z.number().finite()

const clip = z
  .strictObject({ min: finite, max: finite })
  .refine(({ min, max }) => min < max, '"min" must be less than "max"')

/**
 * Of a color correction, in the order in which it is done.
 * @internal
 */
export const colorSchema = {
  /** Spreads values by the histograms of whole scenes. */
  equalize: z.literal(true).optional(),
  /** For all bands, or one for each: what is black and what is white. */
  clip: z.union([clip, z.array(clip).min(1).max(100)]).optional(),
  gamma: z
    .union([z.number().positive().max(100), z.array(z.number().positive().max(100)).min(1).max(100)])
    .optional(),
  sigmoidal: z
    .strictObject({ alpha: z.number().min(0).max(1), beta: z.number().positive().max(100) })
    .optional(),
  /** Of three bands: 0 is gray, 1 as it was. */
  saturation: z.number().min(0).max(10).optional(),
}
