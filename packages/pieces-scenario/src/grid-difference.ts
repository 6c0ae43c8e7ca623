import type { Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'

/** Puids from `first` to `last`. */
export interface PuidRun {
  readonly first: number
  readonly last: number
}

/** Units of one side only. */
export interface Units {
  readonly count: number
  /** The first few. */
  readonly puids: readonly number[]
}

export interface GridDifference {
  readonly lacking: Units
  readonly extra: Units
}

const named = 5
const none: Units = { count: 0, puids: [] }

export const noDifference: GridDifference = { lacking: none, extra: none }

export function sum(a: GridDifference, b: GridDifference): GridDifference {
  const both = (one: Units, other: Units): Units => ({
    count: one.count + other.count,
    puids: [...one.puids, ...other.puids].slice(0, named),
  })
  return { lacking: both(a.lacking, b.lacking), extra: both(a.extra, b.extra) }
}

/** Between `runs` and the grid of a project, as far as that lies behind `after` and up to `last`. */
export async function gridDifference(
  tx: Queryable,
  project: string,
  runs: readonly PuidRun[],
  after: number,
  last: number,
): Promise<GridDifference> {
  const firsts = runs.map((run) => run.first)
  const lasts = runs.map((run) => run.last)
  const { rows } = await tx.query<GridDifference>(query, [project, firsts, lasts, after, last])
  return rows[0] ?? noDifference
}

/** Runs are never taken apart: whoever wrote the file chose how long they are. */
const summary = (runs: string): string => `
  json_build_object(
    'count', (SELECT coalesce(sum(upper(run) - lower(run)), 0) FROM unnest(${runs}) AS run),
    'puids', (SELECT coalesce(json_agg(puid ORDER BY puid), '[]') FROM (
      SELECT puid FROM (SELECT run FROM unnest(${runs}) AS run ORDER BY run LIMIT ${named}) AS few,
        generate_series(lower(run), least(upper(run), lower(run) + ${named}) - 1) AS puid
      ORDER BY puid LIMIT ${named}) AS first))`

const query = `
  WITH given AS (
    SELECT coalesce(range_agg(int8range(first, last, '[]')), '{}') AS runs
    FROM unnest($2::bigint[], $3::bigint[]) AS u(first, last)
  ),
  grid AS (
    SELECT coalesce(range_agg(int8range(first, last, '[]')), '{}') AS runs FROM (
      SELECT min(puid) AS first, max(puid) AS last FROM (
        SELECT puid, puid - row_number() OVER (ORDER BY puid) AS run FROM ${projectTables.planning_units}
        WHERE project_id = $1 AND puid > $4 AND puid <= $5
      ) AS unit GROUP BY run
    ) AS run
  )
  SELECT ${summary('given.runs - grid.runs')} AS lacking, ${summary('grid.runs - given.runs')} AS extra FROM given, grid`
