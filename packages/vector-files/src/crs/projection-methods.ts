/** proj4's names of parameters by their names in a definition. */
type Parameters = Readonly<Record<string, string>>

const common: Parameters = { false_easting: 'x_0', false_northing: 'y_0' }
const meridian: Parameters = {
  central_meridian: 'lon_0',
  longitude_of_center: 'lon_0',
  longitude_of_origin: 'lon_0',
}
const latitude: Parameters = {
  latitude_of_origin: 'lat_0',
  latitude_of_center: 'lat_0',
  central_parallel: 'lat_0',
}

export interface Method {
  readonly proj: string
  /** Parameters that a definition may have besides false easting, false northing and central meridian. */
  readonly parameters: Parameters
  /** proj4's names; other parameters may be missing. */
  readonly required: readonly string[]
  readonly fixed?: string
}

const albers: Method = {
  proj: 'aea',
  parameters: { ...latitude, standard_parallel_1: 'lat_1', standard_parallel_2: 'lat_2' },
  required: ['lat_0', 'lat_1', 'lat_2'],
}
export const lambert: Method = {
  proj: 'lcc',
  parameters: { ...albers.parameters, scale_factor: 'k_0' },
  required: ['lat_0', 'lat_1', 'lat_2'],
}
const mercator: Method = {
  proj: 'merc',
  parameters: { standard_parallel_1: 'lat_ts' },
  required: ['lat_ts'],
}
/** Web Mercator: degrees of the spheroid on a sphere. */
export const mercatorAuxiliarySphere: Method = {
  ...mercator,
  parameters: { ...mercator.parameters, auxiliary_sphere_type: 'sphere_type' },
}
const transverse: Method = {
  proj: 'tmerc',
  parameters: { ...latitude, scale_factor: 'k_0' },
  required: ['lat_0', 'k_0'],
}
const cylindrical: Method = {
  proj: 'cea',
  parameters: { standard_parallel_1: 'lat_ts' },
  required: ['lat_ts'],
}
const centred = (proj: string): Method => ({ proj, parameters: latitude, required: ['lat_0'] })
const plain = (proj: string): Method => ({ proj, parameters: {}, required: [] })

/** Methods whose results agree with PROJ's to 1e-7 degrees, as tests check. Others are refused by name. */
const methods: Readonly<Record<string, Method>> = {
  albers,
  albers_conic_equal_area: albers,
  mercator,
  mercator_1sp: { proj: 'merc', parameters: { ...latitude, scale_factor: 'k_0' }, required: ['k_0'] },
  mercator_2sp: mercator,
  mercator_auxiliary_sphere: mercatorAuxiliarySphere,
  transverse_mercator: transverse,
  gauss_kruger: transverse,
  lambert_conformal_conic: lambert,
  lambert_conformal_conic_1sp: {
    ...lambert,
    parameters: { ...latitude, scale_factor: 'k_0' },
    required: ['lat_0', 'k_0'],
  },
  lambert_conformal_conic_2sp: lambert,
  lambert_azimuthal_equal_area: centred('laea'),
  cylindrical_equal_area: cylindrical,
  // The parallel is 30 degrees even if the definition omits it.
  behrmann: { ...cylindrical, required: [], fixed: '+lat_ts=30' },
  sinusoidal: plain('sinu'),
  mollweide: plain('moll'),
  azimuthal_equidistant: centred('aeqd'),
}

const keyOf = (name: string): string => name.toLowerCase().replaceAll(' ', '_')

/** The projection method of that name; undefined if it is not supported. */
export const methodNamed = (name: string): Method | undefined =>
  Object.hasOwn(methods, keyOf(name)) ? methods[keyOf(name)] : undefined

/** proj4's name of a parameter of that method; undefined if it has no such parameter. */
export function parameterNamed(method: Method, name: string): string | undefined {
  const parameters = { ...common, ...meridian, ...method.parameters }
  return Object.hasOwn(parameters, keyOf(name)) ? parameters[keyOf(name)] : undefined
}
