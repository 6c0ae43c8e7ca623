import type { Field, Landscape } from './landscape.js'

export interface Feature {
  readonly id: number
  readonly name: string
  /** Share of its amount to be conserved. */
  readonly prop: number
  /** Penalty factor for missing that. */
  readonly spf: number
  /** Share of a unit that it covers. */
  readonly cover: Field
}

/**
 * Invented; what lives around Tasmania, roughly where it does. Names without blanks: Marxan splits at them.
 */
export function features(land: Landscape): readonly Feature[] {
  const list: readonly (readonly [name: string, prop: number, spf: number, cover: Field])[] = [
    ['giant_kelp', 0.3, 1.5, times(land.shallow, land.south, land.patches(14, 15_000))],
    ['seagrass', 0.3, 1, times(land.shallow, land.north, land.patches(16, 12_000))],
    ['rocky_reef', 0.2, 1, times(land.shallow, land.patches(40, 8_000))],
    ['deep_reef', 0.2, 1, times(land.deep, land.patches(20, 10_000))],
    ['sponge_garden', 0.25, 1.2, times(land.deep, land.east, land.patches(12, 9_000))],
    ['soft_sediment', 0.1, 0.8, land.deep],
    ['handfish_habitat', 0.6, 3, times(land.shallow, land.south, land.east, land.patches(6, 4_000))],
    ['abalone_beds', 0.2, 1, times(land.shallow, land.west, land.patches(18, 9_000))],
    ['estuary_mouths', 0.3, 1, times(land.shallow, land.patches(9, 3_000))],
    ['penguin_foraging', 0.2, 1, land.patches(8, 20_000)],
    ['shearwater_foraging', 0.15, 0.8, times(land.deep, land.patches(7, 35_000))],
    ['right_whale_calving', 0.25, 1.2, times(land.shallow, land.south, land.east)],
  ]
  return list.map(([name, prop, spf, cover], index) => ({ id: index + 1, name, prop, spf, cover }))
}

function times(...fields: readonly Field[]): Field {
  return (unit) => fields.reduce((product, field) => product * field(unit), 1)
}
