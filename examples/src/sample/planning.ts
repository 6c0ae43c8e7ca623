import { distance, near, ports, proposedReserve, reserves } from './landscape.js'
import type { Point } from './projection.js'
import type { Random } from './random.js'
import type { Unit } from './units.js'

/** 0 available, 1 in the starting reserve, 2 locked in, 3 locked out (Marxan's). */
export type Status = 0 | 1 | 2 | 3

/** What closing a unit costs its fishers: most near ports, with some noise. */
export function costs(units: readonly Unit[], random: Random): readonly number[] {
  const busy = near(ports, 40_000)
  return units.map((unit) => 10 + 90 * busy(unit) + 15 * random())
}

/**
 * Ports are locked out, reserves locked in, a proposed one is in the starting reserve: the units nearest to
 * each.
 */
export function statuses(units: readonly Unit[]): ReadonlyMap<number, Status> {
  const result = new Map<number, Status>()
  const mark = (place: Point, share: number, status: Status) => {
    const nearest = units.toSorted((a, b) => distance(a.centre, place) - distance(b.centre, place))
    for (const { id } of nearest.slice(0, Math.ceil(units.length * share))) result.set(id, status)
  }
  mark(proposedReserve, 0.01, 1)
  for (const port of ports) mark(port, 0.004, 3)
  for (const reserve of reserves) mark(reserve, 0.008, 2)
  return result
}
