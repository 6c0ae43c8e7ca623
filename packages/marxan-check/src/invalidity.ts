import type { Polygons } from '@piecework/vector-files'
import Coordinate from 'jsts/org/locationtech/jts/geom/Coordinate.js'
import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js'
import IsValidOp from 'jsts/org/locationtech/jts/operation/valid/IsValidOp.js'

/** Why PostGIS would not accept the polygons as valid; undefined if it would. */
export function invalidity(polygons: Polygons): string | undefined {
  const factory = new GeometryFactory()
  const shapes = polygons.map((rings) => {
    const [shell, ...holes] = rings.map((ring) => {
      const positions = Array.from(
        { length: ring.length / 2 },
        (_, at) => new Coordinate(ring[2 * at], ring[2 * at + 1]),
      )
      return factory.createLinearRing(positions)
    })
    return factory.createPolygon(shell, holes)
  })
  const problem = new IsValidOp(factory.createMultiPolygon(shapes)).getValidationError()
  return problem === null ? undefined : problem.getMessage()
}
