/**
 * How long ago by this process's clock, which may be hours off the database's: in ms, negative for the
 * future.
 */
export function msSince(date: Date): number {
  return Date.now() - date.getTime()
}

/** The date `ms` from now, by this process's clock. */
export function dateIn(ms: number): Date {
  return new Date(Date.now() + ms)
}
