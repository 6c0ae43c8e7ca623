import { PieceworkError, type ResourceRef } from '@piecework/core'
import type { HttpSettings } from '../http-settings.js'

/** Where the resources of one kind are. */
export interface Place {
  readonly kind: string
  /** Below the base path: `projects/:projectId/scenarios`. */
  readonly collection: string
  /** Of one of them: `projects/:projectId/scenarios/:scenarioId`. */
  readonly item: string
  readonly parent?: Place
  /** Its name in operations: `Scenario`. */
  readonly label: string
  /** The resource that the path names. */
  refOf(params: Readonly<Record<string, string>>): ResourceRef
}

/** Segments that routes of our own have, now or with what is planned. */
const reservedSegments: readonly string[] = [
  'archives',
  'clone',
  'export',
  'exports',
  'grid',
  'health',
  'import',
  'jobs',
  'openapi.json',
  'status',
  'ui',
  'uploads',
]

/** Of these the ones that an extension has. */
const extensionSegments: readonly string[] = ['ui']

/** Fields of requests, beside which the segments of kinds inside of another stand: `{ scenarios: ['…'] }`. */
const fieldNames: readonly string[] = [
  'children',
  'claim',
  'deliver',
  'name',
  'options',
  'outputs',
  'pieces',
  'recipient',
  'without',
]

type PlaceSettings = Pick<HttpSettings, 'piecework' | 'paths' | 'extensions'>

/** One for each kind that has a path, parents first. Throws `options-invalid`. */
export function placesOf({ piecework, paths, extensions }: PlaceSettings): readonly Place[] {
  const { kinds } = piecework.registered
  const parents = new Map(kinds.map(({ kind, parent }) => [kind, parent]))
  checkSegments('paths', paths)
  for (const segment of extensions.flatMap(({ segments }) => segments))
    if (Object.values(paths).includes(segment) || isOurs(segment))
      throw refused(`the segment "${segment}" of an extension is one of paths, or reserved`)
  const made = new Map<string, Place>()
  const placeOf = (kind: string): Place => {
    const known = made.get(kind)
    if (known) return known
    if (!parents.has(kind))
      throw refused(`no pack has the kind "${kind}" of paths; there are ${[...parents.keys()].join(', ')}`)
    const segment = paths[kind]
    if (segment === undefined)
      throw refused(`paths need the kind "${kind}", because the address of what is in it begins with it`)
    const above = parents.get(kind)
    if (above !== undefined && fieldNames.includes(segment))
      throw refused(`"${segment}" of paths is a field of requests`)
    const place = makePlace(kind, segment, above === undefined ? undefined : placeOf(above))
    made.set(kind, place)
    return place
  }
  for (const kind of Object.keys(paths)) placeOf(kind)
  return [...made.values()]
}

/** Throws `options-invalid` for one that is reserved, given twice, or no segment. */
export function checkSegments(option: string, segments: Readonly<Record<string, string>>): void {
  const seen = new Set<string>()
  for (const segment of Object.values(segments)) {
    if (!/^[A-Za-z0-9][\w-]*$/.test(segment) && !reservedSegments.includes(segment))
      throw refused(`"${segment}" of ${option} is no segment: letters, digits, _ and -`)
    if (reservedSegments.includes(segment.toLowerCase()))
      throw refused(`"${segment}" of ${option} is reserved: ${reservedSegments.join(', ')}`)
    if (seen.has(segment)) throw refused(`${option} have "${segment}" twice`)
    seen.add(segment)
  }
}

function isOurs(segment: string): boolean {
  return reservedSegments.includes(segment) && !extensionSegments.includes(segment)
}

function makePlace(kind: string, segment: string, parent: Place | undefined): Place {
  const label = labelOf(kind)
  const name = `${label.charAt(0).toLowerCase()}${label.slice(1)}Id`
  const collection = parent ? `${parent.item}/${segment}` : segment
  return {
    kind,
    collection,
    item: `${collection}/:${name}`,
    ...(parent && { parent }),
    label,
    refOf: (params) => ({ kind, id: params[name] ?? '' }),
  }
}

/** `planning-unit` → `PlanningUnit`. */
export function labelOf(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`)
    .join('')
}

function refused(why: string): PieceworkError {
  return new PieceworkError('options-invalid', `pieceworkHttp(): ${why}.`)
}
