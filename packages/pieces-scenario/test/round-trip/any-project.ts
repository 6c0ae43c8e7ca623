import fc from 'fast-check'
import { anyGeoprocessing, anySelection, anySpecification, type Document } from './any-document.js'
import { anyGeometry, anyMultiPolygon, anyPolygonal } from './any-geometry.js'
import * as any from './any-value.js'

/** A column of a random row. */
type AnyColumn =
  | { readonly type: string; readonly value: fc.Arbitrary<string>; readonly required?: true }
  | AnyReference
  /** A document with ids of rows of `ids` inside; `otherwise` stands in it until they are known. */
  | { readonly ids: string; readonly document: fc.Arbitrary<Document>; readonly otherwise?: string }

/** The n-th row of another table, counted around. */
export interface AnyReference {
  readonly to: string
  /** Leads to the row that this one belongs to. */
  readonly owner?: true
  /** Shared rows may be meant, too. */
  readonly shared?: true
  /** NULL is allowed. */
  readonly nullable?: true
}

export type AnyTable = Readonly<Record<string, AnyColumn>>

const text = { type: 'text', value: any.anyText }
const float = { type: 'float8', value: any.anyFloat }
const boolean = { type: 'boolean', value: any.anyBoolean }
const json = { type: 'jsonb', value: any.anyJson }
const int = { type: 'int', value: any.anyInteger() }
const notNegative = { type: 'float8', value: any.anyNotNegative }
const time = { type: 'timestamptz', value: any.anyTime }
const amount = { type: 'float8', value: any.anyAmount, required: true } as const
const run = { type: 'int', value: any.anyInteger(1), required: true } as const
const oneOf = (...values: readonly string[]) => ({ type: 'text', value: fc.constantFrom(...values) })
/** Codes of shared planning areas, or none. */
const code = oneOf('TWN', 'TWN.1', '')
const geometry = (value: fc.Arbitrary<string>) => ({ type: 'geometry', value, required: true }) as const
const required = <Column extends object>(column: Column) => ({ ...column, required: true }) as const

/**
 * The planning schema but for keys and what every row has: the project, the owner, the state. In the order of
 * filling.
 */
export const anyTables: Readonly<Record<string, AnyTable>> = {
  projects: {
    name: required(text),
    description: text,
    source: oneOf('native', 'legacy_import'),
    planning_area_id: { to: 'planning_areas', shared: true, nullable: true },
    country: code,
    admin_area_1: code,
    admin_area_2: code,
    grid_shape: oneOf('square', 'hexagon', 'custom'),
    grid_unit_area_km2: { type: 'float8', value: any.anyPositive },
    bbox: json,
    blm_range: json,
    metadata: json,
    created_at: time,
    updated_at: time,
  },
  planning_areas: { name: text, geom: geometry(anyMultiPolygon) },
  planning_units: {
    puid: { type: 'int', value: any.anyInteger(0), required: true },
    geom: geometry(anyPolygonal),
  },
  protected_areas: {
    name: text,
    iucn_category: text,
    wdpa_id: text,
    status: text,
    designation: text,
    geom: geometry(anyMultiPolygon),
  },
  cost_surfaces: { name: required(text), is_default: boolean, min: float, max: float },
  cost_surface_values: {
    cost_surface_id: { to: 'cost_surfaces', owner: true },
    planning_unit_id: { to: 'planning_units' },
    cost: amount,
  },
  features: {
    name: required(text),
    alias: text,
    description: text,
    tag: text,
    is_legacy: boolean,
    source: text,
    properties: json,
    geoprocessing: { ids: 'features', document: anyGeoprocessing },
    amount_min: float,
    amount_max: float,
  },
  feature_geometries: {
    feature_id: { to: 'features', owner: true },
    geom: geometry(anyGeometry),
    properties: json,
  },
  feature_amounts: {
    feature_id: { to: 'features', shared: true },
    planning_unit_id: { to: 'planning_units', owner: true },
    amount,
  },
  scenarios: {
    number: { type: 'int', value: any.anyInteger(1), required: true },
    name: required(text),
    description: text,
    cost_surface_id: { to: 'cost_surfaces', nullable: true },
    protected_area_ids: { ids: 'protected_areas', document: anySelection },
    protected_threshold: float,
    number_of_runs: { type: 'int', value: any.anyInteger(1) },
    blm: notNegative,
    blm_range: json,
    marxan_parameters: json,
    metadata: json,
    ran_at_least_once: boolean,
    solutions_are_locked: boolean,
  },
  scenario_planning_units: {
    scenario_id: { to: 'scenarios', owner: true },
    planning_unit_id: { to: 'planning_units' },
    lock_status: oneOf('available', 'locked_in', 'locked_out'),
    in_starting_reserve: boolean,
    lock_set_by_user: boolean,
    protected_area: float,
    protected_by_default: boolean,
    cost: amount,
    // Both or none.
    xloc: amount,
    yloc: amount,
  },
  boundary_lengths: {
    scenario_id: { to: 'scenarios', owner: true },
    planning_unit_id: { to: 'planning_units' },
    other_planning_unit_id: { to: 'planning_units' },
    length: amount,
  },
  scenario_features: {
    scenario_id: { to: 'scenarios', owner: true },
    feature_id: { to: 'features', shared: true },
    marxan_id: { type: 'int', value: any.anyInteger(0) },
    type: int,
    prop: notNegative,
    target: notNegative,
    fpf: notNegative,
    target2: float,
    targetocc: float,
    sepnum: float,
    sepdistance: float,
    total_area: float,
    protected_area: float,
    metadata: json,
  },
  scenario_feature_amounts: {
    scenario_feature_id: { to: 'scenario_features', owner: true },
    planning_unit_id: { to: 'planning_units' },
    amount,
  },
  feature_specifications: {
    scenario_id: { to: 'scenarios', owner: true },
    is_draft: boolean,
    raw: { ids: 'features', document: anySpecification, otherwise: 'null' },
  },
  run_summaries: {
    scenario_id: { to: 'scenarios', owner: true },
    run,
    score: float,
    cost: float,
    planning_units: int,
    connectivity: float,
    penalty: float,
    shortfall: float,
    mpm: float,
    is_best: boolean,
    metadata: json,
  },
  run_solutions: {
    scenario_id: { to: 'scenarios', owner: true },
    run,
    planning_unit_id: { to: 'planning_units' },
  },
  run_feature_results: {
    scenario_feature_id: { to: 'scenario_features', owner: true },
    run,
    amount: float,
    occurrences: int,
    separation: int,
    target_met: boolean,
    mpm: float,
  },
  execution_files: {
    scenario_id: { to: 'scenarios', owner: true },
    kind: required(oneOf('input', 'output')),
    created_at: time,
    content: { type: 'bytea', value: any.anyBytes, required: true },
  },
}

/** By column; a column that is left out has the database's default. */
export type AnyRow = Readonly<Record<string, Document | undefined>>

/**
 * A row that leads by `column` to a row of another project, or, where that may be NULL, what an own row is
 * made to do.
 */
interface Stray {
  readonly table: string
  readonly column: string
  readonly row: AnyRow
}

/** Rows by table. What violates a unique key, or leads to a table that is empty, is not inserted. */
export interface AnyProject {
  readonly rows: Readonly<Record<string, readonly AnyRow[]>>
  readonly strays: readonly Stray[]
}

function anyRow(table: AnyTable): fc.Arbitrary<AnyRow> {
  const arbitraries: Record<string, fc.Arbitrary<Document>> = {}
  const needed: string[] = []
  for (const [name, column] of Object.entries(table)) {
    if ('to' in column) arbitraries[name] = fc.nat(4)
    else arbitraries[name] = 'document' in column ? column.document : column.value
    if ('to' in column ? !column.nullable : 'required' in column) needed.push(name)
  }
  return fc.record(arbitraries, { requiredKeys: needed, noNullPrototype: true })
}

const sizes: Readonly<Record<string, { readonly minLength?: number; readonly maxLength: number }>> = {
  projects: { minLength: 1, maxLength: 1 },
  scenarios: { maxLength: 3 },
}
const alwaysDrawn = ['projects', 'planning_units', 'features', 'scenarios']

const anyRows = fc.record(
  Object.fromEntries(
    Object.entries(anyTables).map(([name, table]) => [
      name,
      fc.array(anyRow(table), sizes[name] ?? { maxLength: 4 }),
    ]),
  ),
  { requiredKeys: alwaysDrawn, noNullPrototype: true },
)

const anyStray = fc.oneof(
  ...Object.entries(anyTables).flatMap(([table, columns]) =>
    Object.entries(columns).flatMap(([column, definition]) =>
      'to' in definition && definition.to !== 'scenarios'
        ? [fc.record({ table: fc.constant(table), column: fc.constant(column), row: anyRow(columns) })]
        : [],
    ),
  ),
)

export const anyProject: fc.Arbitrary<AnyProject> = fc.record({
  rows: anyRows as fc.Arbitrary<AnyProject['rows']>,
  strays: fc.array(anyStray, { maxLength: 4 }),
})
