import type { PlanningOptions } from '@piecework/pieces-project'
import type { GeometryChecks } from './shapes/geometry-checks.js'

export interface LegacyPiecesOptions extends PlanningOptions {
  /** How validators check geometries. */
  readonly checks: GeometryChecks
}
