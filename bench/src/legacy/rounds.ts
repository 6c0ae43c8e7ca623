import { compared, limited, type Measure, median } from '../measure.js'
import type { StepFigures } from '../planning/step.js'
import { type Seconds, total } from '../planning/tables.js'
import { features, featuresOfUnit } from './folder.js'

const peakLimitMb = 300
const growthLimitMb = 128
/** For each second of CPU. */
const targetRows = 1e6

/** What one project gave in one run. */
export interface Figures {
  readonly puvspr: StepFigures
  readonly validate: StepFigures
  readonly again: StepFigures
  readonly import: StepFigures
  /** The import without unions. */
  readonly rows: StepFigures
}

export interface Round extends Figures {
  /** The import with all unions at once, where it has parts. */
  readonly atOnce?: StepFigures
  readonly copyIn: Seconds
}

/** `checked`: planning units of the folder that was validated; `units`: of the one that was imported. */
export function measuresOf(
  { units, checked }: { readonly units: number; readonly checked: number },
  rounds: readonly Round[],
  tenth: Figures,
): readonly Measure[] {
  return [
    validated('legacy/puvspr', checked, rounds, 'puvspr'),
    validated('legacy/validate', checked, rounds, 'validate'),
    validated('legacy/validate-again', checked, rounds, 'again'),
    imported('legacy/import', units, rounds, 'import'),
    imported('legacy/import-no-unions', units, rounds, 'rows'),
    ...unionsInParts(units, rounds),
    ...(['puvspr', 'validate', 'import'] as const).flatMap((task) => {
      const peakMb = Math.max(...rounds.map((round) => round[task].peakMb))
      const tenthPeakMb = tenth[task].peakMb
      return [
        limited(`legacy/${task}-peak`, peakMb, peakLimitMb, { units: task === 'import' ? units : checked }),
        limited(`legacy/${task}-growth`, Math.round(10 * (peakMb - tenthPeakMb)) / 10, growthLimitMb, {
          tenthPeakMb,
          peakMb,
        }),
      ]
    }),
  ]
}

/**
 * Rows of puvspr.dat against the target; the process's CPU is counted, the database's is not. `allRowsRatio`
 * counts those of pu.dat and spec.dat and the units of the grid as well, which both tasks read.
 */
function validated(
  name: string,
  units: number,
  rounds: readonly Round[],
  task: 'puvspr' | 'validate' | 'again',
): Measure {
  const round3 = (value: number): number => Math.round(value * 1000) / 1000
  const amounts = units * featuresOfUnit
  const allRows = amounts + 2 * units + features
  const ratesOf = (rows: number) => rounds.map((round) => rows / round[task].cpuSeconds / targetRows)
  const rates = ratesOf(amounts)
  return {
    name,
    ratio: round3(median(rates)),
    reach: 1,
    aim: 2,
    ratios: rates.map(round3),
    peer: 'a million rows of puvspr.dat a second and core',
    rows: amounts,
    allRows,
    allRowsRatio: round3(median(ratesOf(allRows))),
    cpuSeconds: round3(median(rounds.map((round) => round[task].cpuSeconds))),
    seconds: round3(median(rounds.map((round) => round[task].seconds))),
  }
}

function imported(name: string, units: number, rounds: readonly Round[], task: 'import' | 'rows'): Measure {
  const goal = { reach: 0.3, aim: 0.5 }
  const peer = rounds.map(({ copyIn }) => total(copyIn))
  const ours = (seconds: (figures: StepFigures) => number) => rounds.map((round) => seconds(round[task]))
  return compared(
    name,
    ours(({ seconds }) => seconds),
    peer,
    goal,
    {
      units,
      rows: rounds[0]?.[task].rows,
      peer: 'COPY FROM of the same rows into the same indexed tables',
      rowsOnly: compared(
        '',
        ours(({ movingSeconds }) => movingSeconds),
        peer,
        goal,
      ).ratio,
      cpuSeconds: ours(({ cpuSeconds }) => cpuSeconds),
    },
  )
}

/** The whole import, two nodes at a time. */
function unionsInParts(units: number, rounds: readonly Round[]): readonly Measure[] {
  const peer = rounds.flatMap(({ atOnce }) => atOnce?.seconds ?? [])
  if (peer.length === 0) return []
  const ours = rounds.map((round) => round.import.seconds)
  const facts = { units, peer: 'the same import with all unions of features in one node' }
  return [compared('legacy/unions-in-parts', ours, peer, { reach: 0.95, aim: 1.2 }, facts)]
}

/** Markdown: the pieces of one import, and the raw COPY of each table. */
export function importTable({ import: { pieces, seconds }, rows, copyIn }: Round): string {
  const lines = ['| piece | rows | seconds |', '|---|---:|---:|']
  for (const piece of pieces)
    lines.push(`| ${piece.piece} | ${piece.rows.toLocaleString('en-US')} | ${piece.seconds.toFixed(1)} |`)
  lines.push('', '| COPY FROM | seconds |', '|---|---:|')
  for (const [table, copied] of Object.entries(copyIn))
    if (copied >= 0.05) lines.push(`| ${table} | ${copied.toFixed(1)} |`)
  return [
    '',
    ...lines,
    '',
    `import: ${seconds.toFixed(1)} s, without unions: ${rows.seconds.toFixed(1)} s, COPY: ${total(copyIn).toFixed(1)} s`,
  ].join('\n')
}
