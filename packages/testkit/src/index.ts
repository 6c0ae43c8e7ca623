export { artifactStoreLaws } from './artifacts/artifact-store-laws.js'
export type { ArtifactStoreLawsOptions } from './artifacts/artifact-store-laws-options.js'
export { fileStoreLaws } from './files/file-store-laws.js'
export type { FileStoreLawsOptions } from './files/file-store-laws-options.js'
export { guardLaws } from './guard/guard-laws.js'
export type { GuardLawsOptions } from './guard/guard-laws-options.js'
export { jobStoreLaws } from './jobs/job-store-laws.js'
export type { JobStoreLawsOptions } from './jobs/job-store-laws-options.js'
export type { LawTest, Patience } from './law.js'
export { momentLaws } from './moments/moment-laws.js'
export type { MomentLawsOptions } from './moments/moment-laws-options.js'
export { outputLaws } from './outputs/output-laws.js'
export type { OutputLawsOptions, WrittenPart, WrittenPiece } from './outputs/output-laws-options.js'
export { pieceLaws } from './pieces/piece-laws.js'
export type { PieceLawsOptions, Sample } from './pieces/piece-laws-options.js'
export { type RuntimeLawsOptions, runtimeLaws } from './runtime/runtime-laws.js'
export { explained } from './simulation/explained.js'
export { planOf } from './simulation/plan-of.js'
export { type SimulationResult, simulate } from './simulation/simulate.js'
export {
  type MakeServer,
  type ServerSettings,
  type SimulatedParts,
  type SimulatedServer,
  sharedStore,
} from './simulation/simulated-server.js'
export { type SimulationLawsOptions, simulationLaws } from './simulation/simulation-laws.js'
export type { SimulationPlan } from './simulation/simulation-plan.js'
export { targetLaws } from './targets/target-laws.js'
export type { TargetLawsOptions, TargetSample } from './targets/target-laws-options.js'
