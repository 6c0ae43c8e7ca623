import type { GeometryChecks } from '@piecework/pieces-legacy'

/**
 * Checks without a database. Shapes are not repaired, and coverage is left unchecked if it needs an
 * intersection of areas.
 */
export const jstsChecks: GeometryChecks = {
  invalidShapes: async (shapes) => {
    // Loaded only for shapes that are not certainly valid; most grids have none.
    const { invalidity } = await import('./invalidity.js')
    return shapes.flatMap(({ record, shape }) => {
      const reason = invalidity(shape.polygons)
      return reason === undefined ? [] : [{ record, reason }]
    })
  },
}
