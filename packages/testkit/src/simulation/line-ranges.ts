export interface StoredLine {
  readonly position: string
  readonly text: string
}

/** Positions from the first, and below the last; null is without end. */
export interface LineRange {
  readonly from: number | null
  readonly to: number | null
}

/** One for each line, all together for whatever lines there may be; none for a single line. */
export function rangesOf(lines: readonly StoredLine[]): readonly LineRange[] {
  if (lines.length < 2) return []
  const starts = lines.map(({ position }) => Number(position))
  return starts.map((from, at) => ({ from: at === 0 ? null : from, to: starts[at + 1] ?? null }))
}

export const within =
  ({ from, to }: LineRange) =>
  ({ position }: StoredLine): boolean =>
    (from === null || Number(position) >= from) && (to === null || Number(position) < to)
