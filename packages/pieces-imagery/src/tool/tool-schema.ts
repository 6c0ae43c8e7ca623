import type { Schema } from '@piecework/core/piece'
import { z } from 'zod'
import { gridDefaults, toolLimits } from '../defaults.js'
import { dataTypes } from '../pixels/data-type.js'
import { colorSchema } from './color-schema.js'
import { expressionSchema } from './expression-schema.js'
import type { ParsedTool, Resampling } from './tool.js'

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" or "-"')
const input = id
const name = z.string().min(1).max(100)
const bands = z.union([z.array(name).min(1).max(toolLimits.bands), z.literal('rgb')]).optional()
const positive = z.number().positive().finite()

const resamplings = ['near', 'bilinear', 'cubic', 'lanczos'] as const satisfies readonly Resampling[]

const node = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('project'), id: name, bands }),
  z.strictObject({ type: z.literal('scene'), id: name, bands }),
  z.strictObject({ type: z.literal('identity'), input }),
  z.strictObject({ type: z.literal('ndvi'), input, nir: name.optional(), red: name.optional() }),
  z.strictObject({ type: z.literal('ndwi'), input, green: name.optional(), nir: name.optional() }),
  z.strictObject({
    type: z.literal('evi'),
    input,
    nir: name.optional(),
    red: name.optional(),
    blue: name.optional(),
    /** Makes reflectances of values. */
    scale: positive.default(1),
  }),
  z.strictObject({ type: z.literal('arithmetic'), input, expression: expressionSchema }),
  z.strictObject({ type: z.literal('colorCorrection'), input, ...colorSchema }),
  /** The last one is on top. */
  z.strictObject({ type: z.literal('mosaic'), inputs: z.array(input).min(1).max(toolLimits.nodes) }),
  /** `aoi`: a GeoJSON polygon or multipolygon in WGS 84. */
  z.strictObject({ type: z.literal('mask'), input, aoi: z.unknown(), crop: z.boolean().default(false) }),
  z.strictObject({
    type: z.literal('reproject'),
    input,
    epsg: z.int().min(1024).max(1_000_000),
    /** Units of the CRS per pixel. Absent: that of the finest scene. */
    resolution: z.union([positive, z.tuple([positive, positive])]).optional(),
    resampling: z.enum(resamplings).default('near'),
  }),
])

const output = z
  .strictObject({
    node: id,
    /** Absent: that of the node. */
    dataType: z.enum(dataTypes).optional(),
    nodata: z.union([z.number(), z.literal('nan')]).optional(),
    alpha: z.literal(true).optional(),
    blockSize: z.union([z.literal(128), z.literal(256), z.literal(512)]).default(gridDefaults.blockSize),
  })
  .refine(
    ({ nodata, alpha }) => nodata === undefined || alpha === undefined,
    'has either "nodata" or "alpha"',
  )

export const toolSchema: Schema<ParsedTool> = z.strictObject({
  version: z.literal(1),
  nodes: z.record(id, node),
  output,
})
