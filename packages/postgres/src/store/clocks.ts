/** How long ago by this process's own clock, which may be hours off that of the database: in ms, negative for what is to come. */
export function msSince(moment: Date): number {
  return Date.now() - moment.getTime()
}

/** When it is `ms` from now, by this process's own clock. */
export function momentIn(ms: number): Date {
  return new Date(Date.now() + ms)
}
