import { type Finding, isPieceworkError, type ValidationContext, type Validator } from '@piecework/core'

/** A scenario alone goes into a project with the same planning units and no other; said before anything is written. */
export const sameGrid: Validator = { validate: otherGrid }

const file = 'scenario_planning_units.csv'
const column = 'planning_unit_id.puid'
const largest = 2 ** 31 - 1

const named = 5

/** Units of one side only. */
interface Difference {
  readonly count: number
  /** The first few. */
  readonly puids: readonly number[]
}

const none: Difference = { count: 0, puids: [] }

async function* otherGrid(context: ValidationContext): AsyncGenerator<Omit<Finding, 'piece'>> {
  const { entries, into } = context
  if (context.carries('project') || into?.kind !== 'project' || !entries.facts(file)) return
  const total = { lacking: none, extra: none }
  const compare = async (puids: readonly number[], after: number, last: number): Promise<void> => {
    const found = await differences(context.tx, into.id, puids, after, last)
    total.lacking = sum(total.lacking, found.lacking)
    total.extra = sum(total.extra, found.extra)
  }
  try {
    // Rows are in order of puid, so that the grid is read beside them, a part at a time.
    let last = -1
    for await (const batch of entries.rows(file)) {
      context.signal.throwIfAborted()
      const puids = batch.flatMap((row) => puidOf(row[column]))
      const end = Math.max(last, puids.at(-1) ?? last)
      await compare(puids, last, end)
      last = end
    }
    // A scenario that says nothing of any unit fits every grid.
    if (last >= 0) await compare([], last, largest)
  } catch (error) {
    // What is wrong with the file itself has been told by the validator of its rows.
    if (!isPieceworkError(error) || !/^archive-|^counts-differ$/.test(error.code)) throw error
    return
  }
  yield* finding(total.lacking, 'The project lacks planning units of the scenario')
  yield* finding(total.extra, 'The project has planning units that the scenario lacks')
}

const sum = (a: Difference, b: Difference): Difference => ({
  count: a.count + b.count,
  puids: [...a.puids, ...b.puids].slice(0, named),
})

function* finding({ count, puids }: Difference, what: string): Iterable<Omit<Finding, 'piece'>> {
  if (count === 0) return
  yield {
    severity: 'error',
    code: 'scenario/other-grid',
    file,
    column,
    count,
    message: `${what}: ${count}, first those with the puid ${puids.join(', ')}.`,
    hint: 'A scenario alone goes into a project with the same planning units.',
  }
}

/** Between two grids, as far as they lie behind `after` and up to `last`. */
async function differences(
  tx: ValidationContext['tx'],
  project: string,
  puids: readonly number[],
  after: number,
  last: number,
): Promise<{ readonly lacking: Difference; readonly extra: Difference }> {
  const summary = `json_build_object('count', count(*), 'puids', coalesce((array_agg(puid ORDER BY puid))[1:${named}], '{}'))`
  const { rows } = await tx.query<{ lacking: Difference; extra: Difference }>(
    `WITH given AS (SELECT unnest($2::int[]) AS puid),
       grid AS (SELECT puid FROM planning.planning_units WHERE project_id = $1 AND puid > $3 AND puid <= $4)
     SELECT (SELECT ${summary} FROM (TABLE given EXCEPT TABLE grid) AS x) AS lacking,
       (SELECT ${summary} FROM (TABLE grid EXCEPT TABLE given) AS y) AS extra`,
    [project, puids, after, last],
  )
  return rows[0] ?? { lacking: none, extra: none }
}

/** None where the validator of rows has told that it is no number. */
function puidOf(text: string | null | undefined): readonly number[] {
  const puid = /^\d{1,10}$/.test(text ?? '') ? Number(text) : Number.NaN
  return puid <= largest ? [puid] : []
}
