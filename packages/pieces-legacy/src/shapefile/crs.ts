import proj4 from 'proj4'
import { type ShapefileFinding, type ShapefileWords, subjectOf } from './shapefile-words.js'
import type { Position } from './shp.js'

export interface Crs {
  readonly name: string
  /** To longitude and latitude in degrees (EPSG:4326). Not finite where the position is none of this CRS. */
  toLonLat(position: Position): Position
  readonly projected: boolean
  readonly findings: readonly ShapefileFinding[]
}

/** Projection methods whose results agree with PROJ's to 1e-7 degrees; tests compare them. Others are refused by name. */
const methods: Readonly<Record<string, string>> = {
  albers: 'Albers',
  albers_conic_equal_area: 'Albers',
  mercator: 'Mercator',
  mercator_1sp: 'Mercator_1SP',
  mercator_2sp: 'Mercator',
  mercator_auxiliary_sphere: 'Mercator_Auxiliary_Sphere',
  transverse_mercator: 'Transverse_Mercator',
  gauss_kruger: 'Transverse_Mercator',
  lambert_conformal_conic: 'Lambert_Conformal_Conic',
  lambert_conformal_conic_1sp: 'Lambert_Conformal_Conic_1SP',
  lambert_conformal_conic_2sp: 'Lambert_Conformal_Conic_2SP',
  lambert_azimuthal_equal_area: 'Lambert_Azimuthal_Equal_Area',
  cylindrical_equal_area: 'cea',
  behrmann: 'cea',
  sinusoidal: 'Sinusoidal',
  mollweide: 'Mollweide',
  azimuthal_equidistant: 'Azimuthal_Equidistant',
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

const nowhere: Position = [Number.NaN, Number.NaN]

/** Reads a .prj: WKT of a projected or geographic CRS. The problem `crs` names one that is not known. */
export function crsOf(prj: string, words: ShapefileWords): Crs {
  const wkt = prj.replace(/^\uFEFF/, '').trim()
  const root = /^([A-Z_]+)\s*\[\s*"([^"]*)"/i.exec(wkt)
  if (!root?.[1] || root[2] === undefined)
    throw words.problem('crs', `The .prj file of ${words.what} holds no coordinate reference system`)
  const name = root[2]
  const kind = root[1].toUpperCase()
  const method = /\bPROJECTION\s*\[\s*"([^"]*)"/i.exec(wkt)?.[1]
  const known = method === undefined ? undefined : methods[method.toLowerCase().replaceAll(' ', '_')]
  if ((kind !== 'PROJCS' || known === undefined) && (kind !== 'GEOGCS' || method !== undefined))
    throw words.problem(
      'crs',
      `${subjectOf(words)}'s coordinate reference system ${name}${method === undefined ? ` (${kind})` : ` (${method})`} is not known; save the shapefile in WGS 84`,
    )
  if (!inDegrees(wkt))
    throw words.problem(
      'crs',
      `${subjectOf(words)}'s coordinate reference system ${name} has angles that are not degrees; save the shapefile in WGS 84`,
    )
  try {
    const definition = forProj4(wkt, known)
    const converter = proj4(definition, 'EPSG:4326')
    const convert = (position: Position) => converter.forward([...position]) as [number, number]
    return {
      name,
      projected: kind === 'PROJCS',
      toLonLat: isIdentity(convert)
        ? (position) => position
        : (position) => (position.every(Number.isFinite) ? convert(position) : nowhere),
      findings: datumFindings(definition, name, words),
    }
  } catch (error) {
    throw words.problem(
      'crs',
      `${subjectOf(words)}'s coordinate reference system ${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
  }
}

/** The first unit is that of the geographic part. proj4 takes grads for degrees. */
const inDegrees = (wkt: string): boolean =>
  Math.abs(Number(/\bUNIT\s*\[\s*"[^"]*"\s*,\s*([-+\d.eE]+)/i.exec(wkt)?.[1]) - Math.PI / 180) < 1e-9

/** proj4 has other names for some methods, and overlooks the parallel of true scale where ESRI calls it the first standard one. */
function forProj4(wkt: string, method: string | undefined): string {
  if (method === undefined) return wkt
  const named = wkt
    // Behrmann's parallel is 30 degrees, said or not.
    .replace(
      /\bPROJECTION\s*\[\s*"Behrmann"\s*\](?!.*standard_parallel_1)/is,
      '$&,PARAMETER["standard_parallel_1",30]',
    )
    .replace(/(\bPROJECTION\s*\[\s*")[^"]*"/i, `$1${method}"`)
  return method === 'cea' || method === 'Mercator'
    ? named.replace(
        /\bPARAMETER\s*\[\s*"standard_parallel_1"\s*,\s*([-+\d.eE]+)\s*\]/i,
        (_, degrees: string) => `PARAMETER["lat_ts",${(Number(degrees) * Math.PI) / 180}]`,
      )
    : named
}

const wgs84Axis = 6378137

/** Datums with WGS84's axis lie within a metre or two of it, and a sphere states none; others need shifts that are only roughly known. */
function datumFindings(definition: string, name: string, words: ShapefileWords): readonly ShapefileFinding[] {
  const { a, es } = proj4.Proj(definition).datum
  if (es === 0 || Math.abs(a - wgs84Axis) < 1) return []
  return [
    words.finding(
      'warning',
      'datum',
      `The datum of ${words.what}'s coordinate reference system ${name} is not WGS 84's; shapes may lie up to some hundred metres off`,
      { hint: 'Save the shapefile in WGS 84 (EPSG:4326) to have exact positions.' },
    ),
  ]
}
