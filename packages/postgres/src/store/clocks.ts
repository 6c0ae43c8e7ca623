import type { Environment } from '@piecework/core/store'

/** This process's clock, which may be hours off the database's. */
export type Clock = Pick<Environment, 'now'>

export const processClock: Clock = { now: () => Date.now() }

/** How long ago by this process's clock: in ms, negative for the future. */
export function msSince(date: Date, clock: Clock): number {
  return clock.now() - date.getTime()
}

/** The date `ms` from now, by this process's clock. */
export function dateIn(ms: number, clock: Clock): Date {
  return new Date(clock.now() + ms)
}
