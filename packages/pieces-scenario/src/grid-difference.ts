import type { Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { mostNamedUnits } from './defaults.js'

/** Puids from `first` to `last`. */
export interface PuidRange {
  readonly first: number
  readonly last: number
}

/** Planning units that are on one side only. */
export interface UnmatchedUnits {
  readonly count: number
  /** The first few. */
  readonly puids: readonly number[]
}

export interface GridDifference {
  readonly missing: UnmatchedUnits
  readonly extra: UnmatchedUnits
}

const none: UnmatchedUnits = { count: 0, puids: [] }

export const noDifference: GridDifference = { missing: none, extra: none }

export function addDifferences(a: GridDifference, b: GridDifference): GridDifference {
  const both = (one: UnmatchedUnits, other: UnmatchedUnits): UnmatchedUnits => ({
    count: one.count + other.count,
    puids: [...one.puids, ...other.puids].slice(0, mostNamedUnits),
  })
  return { missing: both(a.missing, b.missing), extra: both(a.extra, b.extra) }
}

/** Difference between `ranges` and the grid of a project, above `after` and up to `last`. */
export async function gridDifference(
  tx: Queryable,
  project: string,
  ranges: readonly PuidRange[],
  after: number,
  last: number,
): Promise<GridDifference> {
  const firsts = ranges.map((range) => range.first)
  const lasts = ranges.map((range) => range.last)
  const { rows } = await tx.query<GridDifference>(query, [project, firsts, lasts, after, last])
  return rows[0] ?? noDifference
}

/** Ranges are never expanded: their length comes from the file. */
const summary = (ranges: string): string => `
  json_build_object(
    'count', (SELECT coalesce(sum(upper(range) - lower(range)), 0) FROM unnest(${ranges}) AS range),
    'puids', (SELECT coalesce(json_agg(puid ORDER BY puid), '[]') FROM (
      SELECT puid FROM (SELECT range FROM unnest(${ranges}) AS range ORDER BY range LIMIT ${mostNamedUnits}) AS few,
        generate_series(lower(range), least(upper(range), lower(range) + ${mostNamedUnits}) - 1) AS puid
      ORDER BY puid LIMIT ${mostNamedUnits}) AS first))`

const query = `
  WITH given AS (
    SELECT coalesce(range_agg(int8range(first, last, '[]')), '{}') AS ranges
    FROM unnest($2::bigint[], $3::bigint[]) AS u(first, last)
  ),
  grid AS (
    SELECT coalesce(range_agg(int8range(first, last, '[]')), '{}') AS ranges FROM (
      SELECT min(puid) AS first, max(puid) AS last FROM (
        SELECT puid, puid - row_number() OVER (ORDER BY puid) AS part FROM ${projectTables.planning_units}
        WHERE project_id = $1 AND puid > $4 AND puid <= $5
      ) AS unit GROUP BY part
    ) AS bounds
  )
  SELECT ${summary('given.ranges - grid.ranges')} AS missing, ${summary('grid.ranges - given.ranges')} AS extra FROM given, grid`
