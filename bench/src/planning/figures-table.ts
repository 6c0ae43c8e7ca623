import type { PieceFigures, StepFigures } from './step.js'
import type { Seconds } from './tables.js'

/** The tables that each piece carries. */
const tablesOf: Readonly<Record<string, readonly string[]>> = {
  'project/metadata': ['projects'],
  'project/planning-units': ['planning_units'],
  'project/cost-surfaces': ['cost_surfaces', 'cost_surface_values'],
  'project/features': ['features', 'feature_geometries'],
  'project/feature-amounts': ['feature_amounts'],
  'scenario/metadata': ['scenarios'],
  'scenario/planning-units': ['scenario_planning_units'],
  'scenario/features': ['scenario_features', 'scenario_feature_amounts'],
}

interface Figures {
  readonly export: StepFigures
  readonly import: StepFigures
  readonly clone: StepFigures
}

/** Markdown: what each large piece did, in seconds and rates, and the raw COPY of its tables. */
export function figuresTable(
  ours: Figures,
  peers: { readonly copyOut: Seconds; readonly copyIn: Seconds; readonly byHand: number },
): string {
  const lines = [
    '| piece | rows | CSV MB | archive MB | export s | rows/s | MB/s | COPY TO s | import s | rows/s | MB/s | COPY FROM s | clone s | rows/s |',
    `|---|${'---:|'.repeat(13)}`,
  ]
  for (const exported of ours.export.pieces) {
    if (exported.rows < 1000) continue
    const { piece, rows, bytes, deflated } = exported
    const find = (step: StepFigures): PieceFigures | undefined =>
      step.pieces.find((one) => one.piece === piece)
    const peer = (seconds: Seconds): number =>
      (tablesOf[piece] ?? []).reduce((sum, table) => sum + (seconds[table] ?? 0), 0)
    const rates = (seconds = Number.NaN): string[] => [
      seconds.toFixed(1),
      Math.round(rows / seconds).toLocaleString('en-US'),
      (bytes / seconds / 1e6).toFixed(0),
    ]
    const cells = [
      piece,
      rows.toLocaleString('en-US'),
      (bytes / 1e6).toFixed(0),
      (deflated / 1e6).toFixed(0),
      ...rates(exported.seconds),
      peer(peers.copyOut).toFixed(1),
      ...rates(find(ours.import)?.seconds),
      peer(peers.copyIn).toFixed(1),
      ...rates(find(ours.clone)?.seconds).slice(0, 2),
    ]
    lines.push(`| ${cells.join(' | ')} |`)
  }
  const steps = (['export', 'import', 'clone'] as const).map((task) => {
    const { seconds, movingSeconds, peakMb, cpuSeconds } = ours[task]
    return `${task}: ${seconds.toFixed(1)} s, rows in ${movingSeconds.toFixed(1)} s, peak ${peakMb} MB, ${cpuSeconds.toFixed(1)} s of this process's CPU`
  })
  return ['', ...lines, '', ...steps, `clone by hand: ${peers.byHand.toFixed(1)} s`].join('\n')
}
