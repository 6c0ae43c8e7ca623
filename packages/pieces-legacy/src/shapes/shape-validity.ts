import { ewkbPolygons } from '@piecework/vector-files'
import Coordinate from 'jsts/org/locationtech/jts/geom/Coordinate.js'
import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js'
import IsValidOp from 'jsts/org/locationtech/jts/operation/valid/IsValidOp.js'

/** Why PostGIS would not take hexadecimal EWKB for a valid polygon, found in this process; undefined where it would. */
export function invalidity(ewkb: string): string | undefined {
  const factory = new GeometryFactory()
  const polygons = ewkbPolygons(ewkb).map((rings) => {
    const [shell, ...holes] = rings.map((ring) =>
      factory.createLinearRing(ring.map(([x, y]) => new Coordinate(x, y))),
    )
    return factory.createPolygon(shell, holes)
  })
  const problem = new IsValidOp(factory.createMultiPolygon(polygons)).getValidationError()
  return problem === null ? undefined : problem.getMessage()
}
