import { child, children, nameOf, numberOf, numbersOf, type WktNode } from './wkt.js'

export interface ProjDefinition {
  /** For proj4: `+proj=aea +lat_1=…`. */
  readonly text: string
  /** Metres. */
  readonly axis: number
  readonly sphere: boolean
}

/** A parameter by its name in a definition, and what proj4 calls it. */
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

interface Method {
  readonly proj: string
  /** What a definition may hold, besides false easting and northing and the central meridian. */
  readonly parameters: Parameters
  /** By proj4's names; others that are missing have no effect. */
  readonly required: readonly string[]
  readonly fixed?: string
}

const albers: Method = {
  proj: 'aea',
  parameters: { ...latitude, standard_parallel_1: 'lat_1', standard_parallel_2: 'lat_2' },
  required: ['lat_0', 'lat_1', 'lat_2'],
}
const lambert: Method = {
  proj: 'lcc',
  parameters: { ...albers.parameters, scale_factor: 'k_0' },
  required: ['lat_0', 'lat_1', 'lat_2'],
}
const mercator: Method = {
  proj: 'merc',
  parameters: { standard_parallel_1: 'lat_ts' },
  required: ['lat_ts'],
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

/** Methods whose results agree with PROJ's to 1e-7 degrees; tests compare them. Others are refused by name. */
const methods: Readonly<Record<string, Method>> = {
  albers,
  albers_conic_equal_area: albers,
  mercator,
  mercator_1sp: { proj: 'merc', parameters: { ...latitude, scale_factor: 'k_0' }, required: ['k_0'] },
  mercator_2sp: mercator,
  mercator_auxiliary_sphere: {
    ...mercator,
    parameters: { ...mercator.parameters, auxiliary_sphere_type: 'sphere_type' },
  },
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
  // Its parallel is 30 degrees, said or not.
  behrmann: { ...cylindrical, required: [], fixed: '+lat_ts=30' },
  sinusoidal: plain('sinu'),
  mollweide: plain('moll'),
  azimuthal_equidistant: centred('aeqd'),
}

const keyOf = (name: string): string => name.toLowerCase().replaceAll(' ', '_')

/** Whether shapes in this method's coordinates can be read. */
export const isMethod = (name: string): boolean => Object.hasOwn(methods, keyOf(name))

/** What a definition holds, by keyword; anything else is refused. */
const known: Readonly<Record<string, readonly string[]>> = {
  PROJCS: ['GEOGCS', 'PROJECTION', 'PARAMETER', 'UNIT', 'AXIS', 'AUTHORITY', 'METADATA'],
  GEOGCS: ['DATUM', 'PRIMEM', 'UNIT', 'AXIS', 'AUTHORITY', 'METADATA'],
  DATUM: ['SPHEROID', 'TOWGS84', 'AUTHORITY'],
}

/** Translates a PROJCS or GEOGCS. Throws a SyntaxError that says what is wrong with it. */
export function projDefinition(root: WktNode): ProjDefinition {
  const geographic = root.keyword === 'GEOGCS' ? root : child(root, 'GEOGCS')
  const datum = child(geographic, 'DATUM')
  for (const node of new Set([root, geographic, datum])) onlyKnown(node)
  if (Math.abs(numberOf(child(geographic, 'UNIT')) - Math.PI / 180) > 1e-9)
    throw new SyntaxError('its angles are not degrees')
  const [axis, flattening] = spheroidOf(child(datum, 'SPHEROID'))
  const prime = numberOf(child(geographic, 'PRIMEM'))
  const auxiliary =
    root !== geographic && keyOf(nameOf(child(root, 'PROJECTION'))) === 'mercator_auxiliary_sphere'
  const sphere = flattening === 0 || auxiliary
  const shift = children(datum, 'TOWGS84')[0]?.values ?? []
  if (shift.length !== 0 && ![3, 7].includes(shift.filter((value) => typeof value === 'number').length))
    throw new SyntaxError('its TOWGS84 has neither 3 nor 7 numbers')
  const text = [
    ...(root === geographic ? ['+proj=longlat'] : projected(root)),
    `+a=${axis}`,
    sphere ? `+b=${axis}` : `+rf=${flattening}`,
    ...(prime === 0 ? [] : [`+pm=${prime}`]),
    ...(shift.length === 0 || auxiliary ? [] : [`+towgs84=${shift.join()}`]),
    '+no_defs',
  ]
  return { text: text.join(' '), axis, sphere }
}

function onlyKnown({ keyword, values }: WktNode): void {
  const [, ...rest] = values
  for (const value of rest)
    if (typeof value !== 'object' || !known[keyword]?.includes(value.keyword))
      throw new SyntaxError(`${keyword} holds ${typeof value === 'object' ? value.keyword : value}`)
}

/** The earth's. */
function spheroidOf(node: WktNode): readonly [axis: number, flattening: number] {
  const [axis = 0, flattening = 0] = numbersOf(node, 2)
  if (axis < 6_350_000 || axis > 6_400_000 || (flattening !== 0 && (flattening < 290 || flattening > 310)))
    throw new SyntaxError(`its SPHEROID of ${axis} m and 1/${flattening} is not the earth's`)
  return [axis, flattening]
}

function projected(root: WktNode): readonly string[] {
  const name = nameOf(child(root, 'PROJECTION'))
  const method = methods[keyOf(name)]
  if (!method) throw new SyntaxError(`its PROJECTION ${name} is not known`)
  const metres = numberOf(child(root, 'UNIT'))
  if (!(metres > 0)) throw new SyntaxError('its UNIT is not above 0')
  const given = new Map<string, number>()
  for (const node of children(root, 'PARAMETER')) {
    const parameter = { ...common, ...meridian, ...method.parameters }[keyOf(nameOf(node))]
    if (parameter === undefined || given.has(parameter))
      throw new SyntaxError(`its PARAMETER ${nameOf(node)} ${parameter ? 'is there twice' : 'is not known'}`)
    given.set(parameter, numberOf(node))
  }
  // One parallel where the scale is true at it: the second one is the same.
  if (method === lambert && !given.has('lat_2') && given.has('lat_1'))
    given.set('lat_2', given.get('lat_1') ?? 0)
  for (const parameter of ['x_0', 'y_0', 'lon_0', ...method.required])
    if (!given.has(parameter)) throw new SyntaxError(`its PARAMETER for ${parameter} is missing`)
  for (const parameter of ['sphere_type', ...(method.proj === 'merc' ? ['lat_0'] : [])])
    if ((given.get(parameter) ?? 0) !== 0) throw new SyntaxError(`its PARAMETER for ${parameter} is not 0`)
  const settings = [...given]
    .filter(
      ([parameter]) => parameter !== 'sphere_type' && !(method.proj === 'merc' && parameter === 'lat_0'),
    )
    .map(([parameter, value]) => `+${parameter}=${/^[xy]_0$/.test(parameter) ? value * metres : value}`)
  return [
    `+proj=${method.proj}`,
    ...settings,
    ...(method.fixed !== undefined && !given.has('lat_ts') ? [method.fixed] : []),
    `+to_meter=${metres}`,
  ]
}
