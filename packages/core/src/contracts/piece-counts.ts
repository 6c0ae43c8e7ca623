/**
 * What one attempt carried. For archives `rows + skipped` must equal the rows that the manifest states, and
 * each skipped row must be reported in a finding.
 */
export interface PieceCounts {
  /** Rows written: into entries by an exporter, into tables by an importer or cloner. */
  readonly rows: number
  /** Rows left out, each reported in a finding (findings of one kind may be counted together). Default 0. */
  readonly skipped?: number
}
