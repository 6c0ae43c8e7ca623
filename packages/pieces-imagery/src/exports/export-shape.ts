import { z } from 'zod'
import { colorSchema } from '../tool/color-schema.js'

const id = z.string().min(1).max(100)

/**
 * Of `ImageryExportRequest`.
 * @internal
 */
export const exportRequestShape = z.strictObject({
  name: z.string().min(1).max(200),
  source: z.union([
    z.strictObject({ project: id }),
    z.strictObject({ scene: id }),
    z.strictObject({ tool: z.unknown() }),
  ]),
  bands: z.union([z.array(id).min(1).max(100), z.literal('rgb')]).exactOptional(),
  colorCorrection: z.union([z.literal(true), z.strictObject(colorSchema)]).exactOptional(),
  projection: z.int().exactOptional().describe('an EPSG code'),
  resolution: z.union([z.number(), z.tuple([z.number(), z.number()])]).exactOptional(),
  resampling: z.enum(['near', 'bilinear', 'cubic', 'lanczos']).exactOptional(),
  mask: z.unknown().optional().describe('a polygon or multipolygon of GeoJSON'),
  crop: z.boolean().exactOptional(),
  outputs: z.array(id).min(1).exactOptional().describe('names of what it ends in: `imagery/cog`'),
  deliver: z
    .array(
      z.strictObject({
        target: id,
        output: id.exactOptional(),
        destination: z.unknown().optional(),
      }),
    )
    .exactOptional(),
})
