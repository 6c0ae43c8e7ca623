import { type Point, project } from './projection.js'
import type { Random } from './random.js'
import type { Unit } from './units.js'

/** From 0 to 1 for every unit. */
export type Field = (unit: Unit) => number

export interface Landscape {
  /** 1 at the shore, 0 at the outer edge. */
  readonly shallow: Field
  readonly deep: Field
  readonly north: Field
  readonly south: Field
  readonly east: Field
  readonly west: Field
  /**
   * So many patches at random places, each fading out over `reach` metres or, in a coarse grid, a few units.
   */
  patches(count: number, reach: number): Field
}

export function landscape(units: readonly Unit[], side: number, random: Random): Landscape {
  const shallow = between(units, (unit) => -unit.offshore)
  const north = between(units, ({ centre }) => centre[1])
  const east = between(units, ({ centre }) => centre[0])
  return {
    shallow,
    deep: (unit) => 1 - shallow(unit),
    north,
    south: (unit) => 1 - north(unit),
    east,
    west: (unit) => 1 - east(unit),
    patches(count, reach) {
      const hearts = Array.from({ length: count }, () => units[Math.floor(random() * units.length)])
      const places = hearts.flatMap((unit) => (unit === undefined ? [] : [unit.centre]))
      return near(places, Math.max(reach, 2 * side))
    },
  }
}

/** 1 at each of the places, fading out over `reach` metres. */
export function near(places: readonly Point[], reach: number): Field {
  return ({ centre }) =>
    Math.max(0, ...places.map((place) => Math.exp(-((distance(place, centre) / reach) ** 2))))
}

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(ax - bx, ay - by)
}

function between(units: readonly Unit[], value: (unit: Unit) => number): Field {
  const values = units.map(value)
  const low = values.reduce((a, b) => Math.min(a, b))
  const span = values.reduce((a, b) => Math.max(a, b)) - low || 1
  return (unit) => (value(unit) - low) / span
}

export const ports: readonly Point[] = [
  project(147.34, -42.9), // Hobart
  project(145.92, -41.05), // Burnie
  project(146.36, -41.17), // Devonport
  project(148.26, -41.31), // St Helens
  project(145.3, -42.17), // Strahan
]

export const reserves: readonly Point[] = [
  project(145.95, -43.33), // Port Davey
  project(148.05, -42.59), // Maria Island
  project(148.34, -41.87), // Governor Island
]

export const proposedReserve: Point = project(147.39, -43.45) // Bruny Island
