/** The cost surface of pu.dat: its natural key, for `ids`, and its name. */
export const defaultCostSurface = { key: 'pu.dat', name: 'Default cost surface' } as const
