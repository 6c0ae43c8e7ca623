import { undisturbed } from '../learn.js'
import type { Problem } from '../problem.js'
import type { Scene } from '../scene.js'
import { tidy } from '../tidy.js'
import { leftInSecond, quiet } from './quiet.js'

/**
 * In the second database nothing is under way or kept of a job, but what could not be dropped because it was away at the job's end: that
 * goes with the end of the next one.
 */
export async function secondQuiet(
  scene: Scene,
  {
    principal,
    since,
    patienceMs,
  }: { readonly principal: string; readonly since: Date; readonly patienceMs: number },
): Promise<readonly Problem[]> {
  const { host, sources } = scene
  if (!host.geo) return []
  if ((await quiet(host.geo, since, patienceMs / 10, leftInSecond)).length === 0) return []
  const next = { principal: `${principal}, next` }
  const { report } = await undisturbed(host, scene.requester(), sources, 'export', next)
  await tidy(scene, 'export', report)
  return quiet(host.geo, since, patienceMs, leftInSecond)
}
