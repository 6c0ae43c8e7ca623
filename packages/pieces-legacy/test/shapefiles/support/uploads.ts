import {
  type Column,
  type Feature,
  shapefileParts,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { bytes, type Uploads } from '../../importers/uploads.js'

export interface LayerOptions {
  readonly columns: readonly Column[]
  readonly prj?: string
  /** Name of the layer. */
  readonly name?: string
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A zipped layer as an upload of that role. */
export function layer(
  role: string,
  features: readonly Feature[],
  { name = 'layer', metadata, ...options }: LayerOptions,
): Uploads {
  const zip = zipOf(zippedParts(shapefileParts(features, options), name))
  return { [role]: { ...bytes(zip), ...(metadata && { metadata }) } }
}

export const text = (name: string, length = 20): Column => ({ name, type: 'C', length })
export const number = (name: string, decimals = 4): Column => ({ name, type: 'N', length: 20, decimals })

/** A record whose shape is a rectangle. */
export const box = (
  [west, south, east, north]: readonly [number, number, number, number],
  ...values: readonly string[]
): Feature => ({
  rings: [
    [
      [west, south],
      [west, north],
      [east, north],
      [east, south],
      [west, south],
    ],
  ],
  values,
})

/** Rings that cross: two triangles that meet in the middle of the unit square. */
export const bowTie = (...values: readonly string[]): Feature => ({
  rings: [
    [
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
      [0, 0],
    ],
  ],
  values,
})

/** A shape that has no area at all. */
export const line = (...values: readonly string[]): Feature => ({
  rings: [
    [
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 0],
    ],
  ],
  values,
})

const radius = 6371228
const radians = Math.PI / 180

/**
 * Square metres between two meridians and two parallels on the sphere of EPSG:3410, which is an equal-area
 * projection.
 */
export const areaOf = ([west, south, east, north]: readonly [number, number, number, number]): number =>
  radius ** 2 * (east - west) * radians * (Math.sin(north * radians) - Math.sin(south * radians))
