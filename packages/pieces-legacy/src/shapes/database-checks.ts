import { coveredUnits } from './coverage/covered-units.js'
import type { GeometryChecks } from './geometry-checks.js'
import { invalidShapes } from './invalid-shapes.js'
import { placeShapes } from './place-shapes.js'

/** Checks by PostGIS, with the rules of the import. */
export const databaseChecks: GeometryChecks = { invalidShapes, placeShapes, coveredUnits }
