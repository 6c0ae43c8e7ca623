import type { Schema } from '@piecework/core/piece'
import { z } from 'zod'
import type { ApiList } from './api-list.js'
import { ewkbHexOf, type Geometry, parseGeoJson } from './geojson.js'

/** Halves of characters would become others, and no database holds NUL. */
const text = z.string().refine((value) => !/[\p{Cs}\0]/u.test(value), 'is no text of whole characters')
const id = text.min(1).max(200)
const optional = text.nullish().transform((value) => value ?? null)
const attributes = z.record(z.string(), z.unknown()).nullish()

const geoJson = z.unknown().transform((given, context): Geometry => {
  try {
    return parseGeoJson(given)
  } catch {
    context.addIssue({ code: 'custom', message: 'is no geometry of GeoJSON' })
    return z.NEVER
  }
})

/** A list as a table of the archive. */
export interface ApiTable<Row extends { readonly id: string }> extends ApiList<Row> {
  /** As the piece of the database names it. */
  readonly entry: string
  readonly columns: readonly string[]
  cells(row: Row): readonly (string | null)[]
}

const table = <Row extends { readonly id: string }>(given: ApiTable<Row>): ApiTable<Row> => given
const json = (value: unknown): string => JSON.stringify(value ?? {})

export const apiParties = table({
  path: 'parties/',
  entry: 'parties.csv',
  row: z.object({ id, name: text, type: z.enum(['IN', 'CO', 'GR']), attributes }),
  columns: ['id', 'name', 'type', 'attributes'],
  cells: (row) => [row.id, row.name, row.type, json(row.attributes)],
})

export const apiLocations = table({
  path: 'spatial/',
  entry: 'locations.csv',
  row: z
    .object({
      type: z.literal('Feature'),
      id: id.optional(),
      geometry: geoJson.nullable(),
      properties: z.object({ id: id.optional(), type: text, area: z.number().nullish(), attributes }),
    })
    .transform(({ id: own, geometry, properties }) => ({
      ...properties,
      id: properties.id ?? own ?? '',
      geometry,
    }))
    .refine((row) => row.id !== '', 'has no id'),
  columns: ['id', 'type', 'geom', 'area', 'attributes'],
  cells: (row) => [
    row.id,
    row.type,
    row.geometry && ewkbHexOf(row.geometry),
    row.area == null ? null : String(row.area),
    json(row.attributes),
  ],
})

export const apiRelationships = table({
  path: 'relationships/tenure/',
  entry: 'tenure_relationships.csv',
  row: z.object({ id, party_id: id, spatial_unit_id: id, tenure_type: text, attributes }),
  columns: ['id', 'party_id', 'location_id', 'tenure_type', 'attributes'],
  cells: (row) => [row.id, row.party_id, row.spatial_unit_id, row.tenure_type, json(row.attributes)],
})

export const apiSchemas = (path: string) =>
  table({
    path,
    entry: 'attribute_schemas.csv',
    row: z.object({
      id,
      content_type: z.enum(['party', 'location', 'relationship']),
      selector: z.enum(['IN', 'CO', 'GR']).nullish(),
      fields: z.array(z.unknown()),
    }),
    columns: ['id', 'content_type', 'selector', 'fields'],
    cells: (row) => [row.id, row.content_type, row.selector ?? null, json(row.fields)],
  })

const link = z.object({ kind: z.enum(['project', 'party', 'location', 'relationship']), id })

export const apiResources = table({
  path: 'resources/',
  entry: 'resources.csv',
  row: z.object({
    id,
    name: text,
    description: optional,
    original_file: optional,
    /** Address of the file, in the project's scope. */
    file: text.nullish(),
    /** User name. */
    contributor: optional,
    archived: z.boolean().default(false),
    links: z.array(link).default([]),
  }),
  columns: [
    'id',
    'name',
    'description',
    'original_file',
    'contributor_id',
    'contributor_id.username',
    'archived',
  ],
  cells: (row) => [
    row.id,
    row.name,
    row.description,
    row.original_file,
    null,
    row.contributor,
    row.archived ? 't' : 'f',
  ],
})

/** The project itself. */
export interface ApiProject {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly description: string | null
  readonly country: string | null
  readonly urls: readonly unknown[]
  readonly contacts: readonly unknown[]
  readonly extent?: Geometry | null | undefined
  readonly access: 'public' | 'private'
  readonly archived: boolean
  readonly created_at: string
  readonly updated_at: string
}

export const apiProject: Schema<ApiProject> = z.object({
  id,
  slug: text.min(1),
  name: text,
  description: optional,
  country: optional,
  urls: z.array(z.unknown()).default([]),
  contacts: z.array(z.unknown()).default([]),
  extent: geoJson.nullish(),
  access: z.enum(['public', 'private']).default('public'),
  archived: z.boolean().default(false),
  created_at: z.iso.datetime({ offset: true }),
  updated_at: z.iso.datetime({ offset: true }),
})
