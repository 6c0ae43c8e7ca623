import type { NewFinding, PieceworkError } from '@piecework/core/piece'
import proj4 from 'proj4'
import type { Position } from '../geometry/geometry.js'
import type { Ring } from '../geometry/ring.js'
import type { LayerLabels } from '../layer-labels.js'
import { type ForeignCrs, foreignCrs } from './foreign-crs.js'
import { OtherAngles, type ProjDefinition, projDefinition } from './proj-definition.js'
import { methodNamed } from './projection-methods.js'
import { wgs84Axis } from './wgs84.js'
import { parseWkt } from './wkt.js'

export interface Crs {
  readonly name: string
  /**
   * Converts a closed ring to longitudes and latitudes in degrees (EPSG:4326); NaN for positions outside of
   * this CRS.
   */
  toLonLat(ring: Ring): Ring
  readonly projected: boolean
  readonly findings: readonly NewFinding[]
  /** Only PROJ may know it: `toLonLat` leaves rings as they are. */
  readonly foreign?: ForeignCrs
}

/**
 * Reads WKT of a coordinate reference system, the content of a .prj. Throws the problem `crs` for what is not
 * one of the earth.
 */
export function readCrs(prj: string, labels: LayerLabels): Crs {
  const wkt = prj
    .replace(/^\uFEFF/, '')
    .replace(/[\s\0]+$/, '')
    .trim()
  const root = /^([A-Z_]+)\s*[[(]\s*"([^"]*)"/i.exec(wkt)
  if (!root?.[1] || root[2] === undefined)
    throw labels.problem('crs', `The .prj file of ${labels.what} holds no coordinate reference system`)
  const name = root[2]
  const kind = root[1].toUpperCase()
  const method = /\bPROJECTION\s*[[(]\s*"([^"]*)"/i.exec(wkt)?.[1]
  const refusal = (why: string, cause?: unknown) =>
    labels.problem(
      'crs',
      `${labels.subject}'s coordinate reference system ${name} ${why}; save the shapefile in WGS 84`,
      cause,
    )
  const leftToProj = (error: PieceworkError): Crs => {
    const foreign = foreignCrs(wkt, error)
    if (!foreign) throw error
    const findings = datumFindings(foreign, name, labels)
    return { name, projected: false, toLonLat: (ring) => ring, findings, foreign }
  }
  if (kind !== 'PROJCS' && kind !== 'GEOGCS') return leftToProj(refusal(`(${kind}) is not known`))
  if (method !== undefined && !methodNamed(method)) return leftToProj(refusal(`(${method}) is not known`))
  try {
    const definition = projDefinition(parseWkt(wkt))
    const converter = proj4(definition.text, 'EPSG:4326')
    const convert = ([x, y]: Position) => converter.forward([x, y]) as [number, number]
    return {
      name,
      projected: kind === 'PROJCS',
      toLonLat: isIdentity(convert) ? (ring) => ring : (ring) => converted(ring, convert),
      findings: datumFindings(definition, name, labels),
    }
  } catch (error) {
    const failure = refusal(
      `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
    if (error instanceof OtherAngles) return leftToProj(failure)
    throw failure
  }
}

/** Degrees of WGS 84 keep all their digits. */
const isIdentity = (convert: (position: Position) => Position): boolean =>
  (
    [
      [101, 47],
      [-53, -29],
    ] as const
  ).every((position) =>
    convert(position).every((degrees, axis) => Math.abs(degrees - (position[axis] ?? 0)) < 1e-12),
  )

/** The last position repeats the first one. */
function converted(ring: Ring, convert: (position: Position) => Position): Ring {
  const placed = new Float64Array(ring.length).fill(Number.NaN)
  const last = ring.length - 2
  for (let at = 0; at < last; at += 2) {
    const x = ring[at] as number
    const y = ring[at + 1] as number
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue
    const [lon, lat] = convert([x, y])
    placed[at] = lon
    placed[at + 1] = lat
  }
  placed[last] = placed[0] as number
  placed[last + 1] = placed[1] as number
  return placed
}

/**
 * Datums with the axis of WGS 84 differ from it by a metre or two, and a sphere has no datum; others need
 * shifts that are known only approximately.
 */
function datumFindings(
  { axis, sphere }: Pick<ProjDefinition, 'axis' | 'sphere'>,
  name: string,
  labels: LayerLabels,
): readonly NewFinding[] {
  if (sphere || Math.abs(axis - wgs84Axis) < 1) return []
  return [
    labels.finding(
      'warning',
      'datum',
      `The datum of ${labels.what}'s coordinate reference system ${name} is not WGS 84's; shapes may lie up to some hundred metres off`,
      {
        hint: 'To have exact positions, reproject it to WGS 84 (EPSG:4326) in a GIS that knows the shift of its datum.',
      },
    ),
  ]
}
