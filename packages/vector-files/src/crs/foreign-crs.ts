import type { PieceworkError } from '@piecework/core/piece'
import { wgs84Axis } from './wgs84.js'
import { nameOf, parseWkt, type WktNode } from './wkt.js'

/** A coordinate reference system that only PROJ may know. */
export interface ForeignCrs {
  /** Its definition. PROJ opens no files for it. */
  readonly wkt: string
  /** Semi-major axis in metres; a sphere has no datum. */
  readonly axis: number
  readonly sphere: boolean
  /** What is wrong with it for a reader without PROJ. */
  readonly error: PieceworkError
}

/** Kinds of definitions of places on the earth, in WKT 1 and 2. */
const kinds =
  /^(?:PROJCS|GEOGCS|COMPD_CS|PROJCRS|PROJECTEDCRS|GEOGCRS|GEOGRAPHICCRS|GEODCRS|GEODETICCRS|COMPOUNDCRS)$/

/** What holds names of files or PROJ strings: a hostile upload would have a server open its files. */
const hostile =
  /^(?:EXTENSION|PARAMETERFILE|BOUNDCRS|ABRIDGEDTRANSFORMATION|COORDINATEOPERATION|CONCATENATEDOPERATION)$/

/** Names of parameters in ESRI's, GDAL's and EPSG's spelling. PROJ passes over others, and shapes would lie elsewhere. */
const parameters = new Set(
  `false_easting false_northing central_meridian central_parallel standard_parallel_1 standard_parallel_2 scale_factor latitude_of_origin
   longitude_of_origin latitude_of_center longitude_of_center azimuth rectified_grid_angle xy_plane_rotation x_scale y_scale
   pseudo_standard_parallel_1 latitude_of_1st_point longitude_of_1st_point latitude_of_2nd_point longitude_of_2nd_point
   latitude_of_first_point longitude_of_first_point latitude_of_second_point longitude_of_second_point
   auxiliary_sphere_type height satellite_height option
   latitude_of_natural_origin longitude_of_natural_origin scale_factor_at_natural_origin latitude_of_false_origin longitude_of_false_origin
   latitude_of_1st_standard_parallel latitude_of_2nd_standard_parallel easting_at_false_origin northing_at_false_origin
   latitude_of_projection_centre longitude_of_projection_centre easting_at_projection_centre northing_at_projection_centre
   azimuth_of_initial_line azimuth_at_projection_centre angle_from_rectified_to_skew_grid scale_factor_on_initial_line
   scale_factor_at_projection_centre co-latitude_of_cone_axis latitude_of_pseudo_standard_parallel
   scale_factor_on_pseudo_standard_parallel`.split(/\s+/),
)

/** Undefined for what is not handed on to PROJ. */
export function foreignCrs(wkt: string, error: PieceworkError): ForeignCrs | undefined {
  try {
    const root = parseWkt(wkt)
    if (!kinds.test(root.keyword)) return undefined
    const nodes = [...nodesOf(root)]
    if (nodes.some(({ keyword }) => hostile.test(keyword))) return undefined
    if (nodes.some((node) => node.keyword === 'PARAMETER' && !isKnownParameter(node))) return undefined
    const spheroid = nodes.find(({ keyword }) => keyword === 'SPHEROID' || keyword === 'ELLIPSOID')
    const [, axis, flattening] = spheroid?.values ?? []
    return { wkt, axis: typeof axis === 'number' ? axis : wgs84Axis, sphere: flattening === 0, error }
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined
    throw failure
  }
}

const isKnownParameter = (node: WktNode): boolean =>
  parameters.has(nameOf(node).toLowerCase().replaceAll(' ', '_'))

function* nodesOf(node: WktNode): Generator<WktNode> {
  yield node
  for (const value of node.values) if (typeof value === 'object') yield* nodesOf(value)
}
