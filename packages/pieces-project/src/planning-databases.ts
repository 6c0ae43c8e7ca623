import { check, type OptionChecks, objectCheck } from '@piecework/core/piece'

/**
 * Pieces of both planning packs whose rows may be in another database. The others have the projects' and scenarios' own rows, and
 * what those refer to.
 */
const movablePieces = [
  'project/planning-units',
  'project/cost-surfaces',
  'project/features',
  'project/feature-amounts',
  'project/geodata',
  'scenario/planning-units',
  'scenario/features',
  'scenario/specification',
  'scenario/boundary',
  'scenario/results',
  'scenario/executions',
  'scenario/marxan-input',
  'scenario/marxan-output',
] as const

export type MovablePiece = (typeof movablePieces)[number]

/** By piece: the name of its database, of those that the store was given. One setting for all planning packs. */
export type PlanningDatabases = Readonly<Partial<Record<MovablePiece, string>>>

export interface PlanningOptions {
  /** Pieces whose rows are in another database than the store. Default: none. */
  readonly databases?: PlanningDatabases
}

export const planningChecks: OptionChecks<PlanningOptions> = {
  databases: objectCheck(
    Object.fromEntries(movablePieces.map((name) => [name, check.text])) as OptionChecks<PlanningDatabases>,
  ),
}

/** Name and database of a piece. */
export const placed = (
  name: MovablePiece,
  { [name]: database }: PlanningDatabases,
): { readonly name: MovablePiece; readonly database?: string } => ({
  name,
  ...(database !== undefined && { database }),
})
