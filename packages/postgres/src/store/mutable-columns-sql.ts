/** Of job `j`, as `jobWith` reads it. */
export const mutableColumnsSql =
  'piecework.mutable_columns(j.status, j.outcome, j.error, j.batch, j.result, j.changes, j.throttled, j.stopped)'
