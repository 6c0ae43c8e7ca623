import type { ArtifactStore, Job, KeptOutput } from '@piecework/core/store'
import { pageFault } from './page.js'
import type { SimulationPlan } from './simulation-plan.js'
import { readAll, readArchive } from './whole-archive.js'
import type { World } from './world.js'

interface Deps {
  readonly world: World
  readonly plan: SimulationPlan
  readonly artifacts: ArtifactStore
}

/** The archive, and the page if one was asked for: whole, and of one moment. */
export async function wholeOutputs(deps: Deps, { result, request }: Job): Promise<void> {
  const { world, artifacts } = deps
  const { archive, outputs = [] } = result
  const names = (request.outputs ?? []).map(({ name }) => name).filter((name) => name !== 'archive')
  if (outputs.map(({ name }) => name).join() !== names.join())
    world.violation(
      `one truth: an export was asked for "${names}", and has made "${outputs.map(({ name }) => name)}"`,
    )
  if (await isExpired(deps, archive)) return
  const { version, fault } = await readArchive(artifacts.open(archive?.artifact ?? ''))
  if (fault) world.violation(fault)
  for (const output of outputs) {
    if (await isExpired(deps, output)) continue
    const wrong = pageFault(await readAll(artifacts.open(output.artifact)), output, version)
    if (wrong) world.violation(wrong)
  }
}

/** It expires when it is time. */
async function isExpired(
  { plan, artifacts }: Deps,
  kept: Pick<KeptOutput, 'artifact' | 'deletedAt'> | undefined,
): Promise<boolean> {
  if (plan.archiveTtlMs === undefined) return false
  return kept?.deletedAt !== undefined || !(await artifacts.stat(kept?.artifact ?? ''))
}
