import type { Task } from '@piecework/core/store'
import type { Random } from './random.js'
import type { World } from './world.js'

/** How late the task is delivered, in ms, each time: not at all where it is lost, twice where it is doubled. */
export function deliveries(world: World, random: Random, by: string, task: Task): readonly number[] {
  const { lost, doubled, lateMs } = world.rates
  if (random.chance(lost)) {
    world.fault(`${by}: loses ${named(task)}`)
    return []
  }
  if (!random.chance(doubled)) return [random.below(lateMs)]
  world.fault(`${by}: doubles ${named(task)}`)
  return [random.below(lateMs), random.below(lateMs)]
}

export const named = ({ job, node, attempt }: Task): string => `${job.slice(0, 8)} ${node} (${attempt})`
