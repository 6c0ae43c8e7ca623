import {
  lambert,
  type Method,
  mercatorAuxiliarySphere,
  methodNamed,
  parameterNamed,
} from './projection-methods.js'
import { child, children, nameOf, numberOf, numbersOf, type WktNode } from './wkt.js'

export interface ProjDefinition {
  /** `+proj=aea +lat_1=…` */
  readonly text: string
  /** Semi-major axis in metres. */
  readonly axis: number
  readonly sphere: boolean
}

/** Angles are in another unit than degrees, which PROJ reads. */
export class OtherAngles extends SyntaxError {}

/** Nodes that a node may have, by keyword; others are refused. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  PROJCS: ['GEOGCS', 'PROJECTION', 'PARAMETER', 'UNIT', 'AXIS', 'AUTHORITY', 'METADATA'],
  GEOGCS: ['DATUM', 'PRIMEM', 'UNIT', 'AXIS', 'AUTHORITY', 'METADATA'],
  DATUM: ['SPHEROID', 'TOWGS84', 'AUTHORITY'],
}

/** Translates a PROJCS or GEOGCS for proj4. Throws a SyntaxError. */
export function projDefinition(root: WktNode): ProjDefinition {
  const geographic = root.keyword === 'GEOGCS' ? root : child(root, 'GEOGCS')
  const datum = child(geographic, 'DATUM')
  for (const node of new Set([root, geographic, datum])) assertAllowed(node)
  if (Math.abs(numberOf(child(geographic, 'UNIT')) - Math.PI / 180) > 1e-9)
    throw new OtherAngles('its angles are not degrees')
  const [axis, flattening] = spheroidOf(child(datum, 'SPHEROID'))
  const prime = numberOf(child(geographic, 'PRIMEM'))
  const auxiliary = root !== geographic && methodOf(root) === mercatorAuxiliarySphere
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

function assertAllowed({ keyword, values }: WktNode): void {
  const [, ...rest] = values
  for (const value of rest)
    if (typeof value !== 'object' || !allowed[keyword]?.includes(value.keyword))
      throw new SyntaxError(`${keyword} holds ${typeof value === 'object' ? value.keyword : value}`)
}

/** Throws a SyntaxError unless it is the earth's. */
function spheroidOf(node: WktNode): readonly [axis: number, flattening: number] {
  const [axis = 0, flattening = 0] = numbersOf(node, 2)
  if (axis < 6_350_000 || axis > 6_400_000 || (flattening !== 0 && (flattening < 290 || flattening > 310)))
    throw new SyntaxError(`its SPHEROID of ${axis} m and 1/${flattening} is not the earth's`)
  return [axis, flattening]
}

function methodOf(root: WktNode): Method {
  const name = nameOf(child(root, 'PROJECTION'))
  const method = methodNamed(name)
  if (!method) throw new SyntaxError(`its PROJECTION ${name} is not known`)
  return method
}

function projected(root: WktNode): readonly string[] {
  const method = methodOf(root)
  const metres = numberOf(child(root, 'UNIT'))
  if (!(metres > 0)) throw new SyntaxError('its UNIT is not above 0')
  const given = parametersOf(root, method)
  // With one standard parallel the second one is equal.
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

/** By proj4's names. */
function parametersOf(root: WktNode, method: Method): Map<string, number> {
  const given = new Map<string, number>()
  for (const node of children(root, 'PARAMETER')) {
    const parameter = parameterNamed(method, nameOf(node))
    if (parameter === undefined || given.has(parameter))
      throw new SyntaxError(`its PARAMETER ${nameOf(node)} ${parameter ? 'is there twice' : 'is not known'}`)
    given.set(parameter, numberOf(node))
  }
  return given
}
