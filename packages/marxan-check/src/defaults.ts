export const defaults = {
  /** Findings of one kind in one file that are printed unless `--list` says otherwise. */
  listed: 10,
  /** Longest line of `--help`, in characters. */
  helpColumns: 128,
  /** In bytes: of smaller files no progress is shown, they are read before anyone could look. */
  shownBytes: 4 * 1024 * 1024,
  /** Between two states of the progress line, in ms. */
  shownEveryMs: 100,
  /** How long the database may take to accept the connection, in ms. */
  connectMs: 10_000,
} as const
