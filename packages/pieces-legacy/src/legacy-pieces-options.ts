import type { GeometryChecks } from './shapes/geometry-checks.js'

export interface LegacyPiecesOptions {
  /** How validators check geometries. */
  readonly checks: GeometryChecks
}
