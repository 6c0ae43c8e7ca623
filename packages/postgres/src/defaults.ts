/** Every default and limit of this package; times in milliseconds. */
export const defaults = {
  /** How long a worker may be silent before others take its work over. */
  leaseMs: 30_000,
  /** How long an edit may take before its hold lapses. */
  editLeaseMs: 30_000,
  /** How long a claim or an edit waits for open transactions of the host that hold the same root. */
  rootLockTimeoutMs: 5000,
  /** How long a request waits for open transactions of the host that request a job of the same principal. */
  principalLockTimeoutMs: 5000,
  /** How long the end of a job waits for such requests before it leaves throttled jobs to the sweep. */
  admissionLockTimeoutMs: 1000,
  /** How long a terminated backend may take to roll back. */
  backendExitTimeoutMs: 10_000,
  /** How long a cancelled statement may take to end before its connection is closed. */
  statementCancelTimeoutMs: 5000,
  /** How long the server may take to accept a cancel request. */
  cancelRequestTimeoutMs: 2000,
  /** How long work may go on after its transaction was aborted. */
  abortGraceMs: 1000,

  /** Items that one statement carries out: enough to share a commit, few enough that none waits long. */
  batchSize: 64,
  /** Jobs that a process remembers; few run in it at the same time. */
  cachedJobs: 32,
  /** Rows that lists return unless asked for more or fewer. */
  listedJobs: 100,
  listedFindings: 1000,
  /** Jobs whose deadline one sweep enforces. */
  expiredPerSweep: 100,
} as const
