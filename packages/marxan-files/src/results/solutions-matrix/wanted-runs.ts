export interface WantedRuns {
  /** Absent: all. */
  readonly runs?: ReadonlySet<number>
  /** Called for each row of another run. */
  readonly leftover?: (run: number) => void
}
