import proj4 from 'proj4'
import type { Ring } from '../geometry/ring.js'
import { type ShapefileFinding, type ShapefileLabels, subjectOf } from '../shapefile/read/shapefile-labels.js'
import type { Position } from '../shapefile/read/shp.js'
import { isMethod, type ProjDefinition, projDefinition } from './proj-definition.js'
import { parseWkt } from './wkt.js'

export interface Crs {
  readonly name: string
  /** A closed ring in longitudes and latitudes in degrees (EPSG:4326). Not finite where a position is none of this CRS. */
  toLonLat(ring: Ring): Ring
  readonly projected: boolean
  readonly findings: readonly ShapefileFinding[]
}

/** Degrees of WGS 84 stay the digits that they are. */
const isIdentity = (convert: (position: Position) => Position): boolean =>
  (
    [
      [101, 47],
      [-53, -29],
    ] as const
  ).every((position) =>
    convert(position).every((degrees, axis) => Math.abs(degrees - (position[axis] ?? 0)) < 1e-12),
  )

/** The last position is the first one again. */
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

/** Reads a .prj: WKT of a projected or geographic CRS. The problem `crs` names one that is not known. */
export function crsOf(prj: string, words: ShapefileLabels): Crs {
  const wkt = prj
    .replace(/^\uFEFF/, '')
    .replace(/[\s\0]+$/, '')
    .trim()
  const root = /^([A-Z_]+)\s*[[(]\s*"([^"]*)"/i.exec(wkt)
  if (!root?.[1] || root[2] === undefined)
    throw words.problem('crs', `The .prj file of ${words.what} holds no coordinate reference system`)
  const name = root[2]
  const kind = root[1].toUpperCase()
  const method = /\bPROJECTION\s*[[(]\s*"([^"]*)"/i.exec(wkt)?.[1]
  const refusal = (why: string, cause?: unknown) =>
    words.problem(
      'crs',
      `${subjectOf(words)}'s coordinate reference system ${name} ${why}; save the shapefile in WGS 84`,
      cause,
    )
  if (kind !== 'PROJCS' && kind !== 'GEOGCS') throw refusal(`(${kind}) is not known`)
  if (method !== undefined && !isMethod(method)) throw refusal(`(${method}) is not known`)
  try {
    const definition = projDefinition(parseWkt(wkt))
    const converter = proj4(definition.text, 'EPSG:4326')
    const convert = ([x, y]: Position) => converter.forward([x, y]) as [number, number]
    return {
      name,
      projected: kind === 'PROJCS',
      toLonLat: isIdentity(convert) ? (ring) => ring : (ring) => converted(ring, convert),
      findings: datumFindings(definition, name, words),
    }
  } catch (error) {
    throw refusal(`cannot be read: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}

const wgs84Axis = 6378137

/** Datums with WGS84's axis lie within a metre or two of it, and a sphere states none; others need shifts that are only roughly known. */
function datumFindings(
  { axis, sphere }: ProjDefinition,
  name: string,
  words: ShapefileLabels,
): readonly ShapefileFinding[] {
  if (sphere || Math.abs(axis - wgs84Axis) < 1) return []
  return [
    words.finding(
      'warning',
      'datum',
      `The datum of ${words.what}'s coordinate reference system ${name} is not WGS 84's; shapes may lie up to some hundred metres off`,
      { hint: 'Save the shapefile in WGS 84 (EPSG:4326) to have exact positions.' },
    ),
  ]
}
