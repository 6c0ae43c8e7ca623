import type { ImportContext, PieceImporter } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import { scenarioTables } from '@piecework/pieces-scenario'
import { assertRowCount } from '../staging/assert-row-count.js'
import { projectOf } from '../staging/project-of.js'
import { reportSkippedRows } from '../staging/report-skipped-rows.js'
import { type MarxansRule, marxansRule } from './marxans-rule.js'
import { stageBound } from './stage-bound.js'

/**
 * The boundary lengths of bound.dat, if it was uploaded: one row for each pair of units, the lower id first.
 * Of several rows of a pair the first one counts; those of a unit with itself are added up in their order.
 */
export const boundaryImporter: PieceImporter = {
  import: async (context) => {
    const { tx, resource, entries, signal } = context
    if (!entries.paths.includes('bound.dat')) return { rows: 0 }
    const project = await projectOf(tx, resource.id)
    const parsed = await stageBound(context)
    const { rows } = await tx.query<Counts>(insert, [resource.id, project])
    const { inserted, placed, outer, different } = rows[0] ?? none
    const repeated = placed - inserted
    const skipped = parsed - placed
    assertRowCount('bound.dat', parsed, inserted, repeated + skipped)
    reportSkippedRows(context, 'bound.dat', skipped)
    const rule = await marxansRule(entries, signal)
    reportRepeated(context, repeated - outer, different, rule)
    if (outer > 0)
      context.finding({
        severity: 'warning',
        code: 'legacy/outer-boundaries-added',
        file: 'bound.dat',
        message: `${pluralize(outer, 'row of bound.dat was', 'rows of bound.dat were')} added to another outer boundary of the same planning unit, ${rule.outer}`,
        count: outer,
      })
    return { rows: inserted, skipped: repeated + skipped }
  },
}

interface Counts {
  readonly inserted: number
  readonly placed: number
  /** Rows that were added to others. */
  readonly outer: number
  /** Rows that were left out and differ from the one that counts. */
  readonly different: number
}

const none: Counts = { inserted: 0, placed: 0, outer: 0, different: 0 }

// Rows that were filled in a moment ago have no statistics: a join of all pairs with themselves would be taken for a small one.
const insert = `
  WITH placed AS MATERIALIZED (
    SELECT one.id AS one, other.id AS other, boundary, line,
           row_number() OVER pairs AS place, first_value(boundary) OVER pairs AS first
    FROM legacy_bound
    JOIN ${projectTables.planning_units} AS one ON one.project_id = $2::uuid AND one.puid = least(id1, id2)
    JOIN ${projectTables.planning_units} AS other ON other.project_id = $2::uuid AND other.puid = greatest(id1, id2)
    WINDOW pairs AS (PARTITION BY one.id, other.id ORDER BY line)
  ), edge AS (
    SELECT one, other, boundary FROM placed WHERE one <> other AND place = 1
    UNION ALL SELECT one, one, sum(boundary ORDER BY line) FROM placed WHERE one = other GROUP BY one
  ), inserted AS (
    INSERT INTO ${scenarioTables.boundary_lengths} (scenario_id, planning_unit_id, other_planning_unit_id, length)
    SELECT $1::uuid, one, other, boundary FROM edge
    RETURNING planning_unit_id = other_planning_unit_id AS outer
  )
  SELECT (SELECT count(*) FROM inserted)::integer AS inserted, (SELECT count(*) FROM placed)::integer AS placed,
         ((SELECT count(*) FROM placed WHERE one = other) - (SELECT count(*) FROM inserted WHERE inserted.outer))::integer AS outer,
         (SELECT count(*) FROM placed WHERE one <> other AND boundary <> first)::integer AS different`

/** Rows of pairs whose first row was imported. */
function reportRepeated(
  { finding }: ImportContext,
  repeated: number,
  different: number,
  rule: MarxansRule,
): void {
  if (repeated === 0) return
  finding({
    severity: 'warning',
    code: 'legacy/boundaries-repeated',
    file: 'bound.dat',
    message: `${pluralize(repeated, 'row of bound.dat was', 'rows of bound.dat were')} left out for an earlier row of the same two planning units, ${
      different === 0 ? 'with the same boundary' : `${different} of them with another boundary`
    }; the first row counts, ${different === 0 ? rule.equal : rule.different}`,
    count: repeated,
  })
}
