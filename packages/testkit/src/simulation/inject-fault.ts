import { aheadOf, setClock } from './set-clock.js'
import type { SimulatedHosts } from './simulated-hosts.js'
import type { SimulatedProcess } from './simulated-process.js'
import type { SimulatedQueue } from './simulated-queue.js'
import type { PlannedFault } from './simulation-plan.js'
import type { World } from './world.js'

export interface FaultDeps {
  readonly world: World
  readonly hosts: SimulatedHosts
  readonly queue: SimulatedQueue
  /** Whose clock the database goes by. */
  readonly server: SimulatedProcess
}

/** Does to one of the processes that live, to the queue or to the database's clock, what was planned. */
export function injectFault(
  { world, hosts, queue, server }: FaultDeps,
  { what, process: index, forMs }: PlannedFault,
): void {
  if (what === 'flush') {
    world.fault('queue: forgets everything')
    queue.flush()
    return
  }
  if (what === 'database jump') {
    server.aheadMs = setClock(server.random, server.aheadMs)
    world.fault(`database: its clock is ${server.aheadMs} ms ahead`)
    return
  }
  const alive = hosts.alive
  if (what === 'database restart') {
    world.fault('database: restarts')
    for (const { link } of alive) link.cut('database', forMs)
    return
  }
  const host = alive[index % alive.length]
  if (!host) return
  const { process, piecework } = host
  world.fault(`${process.name}: ${what} ${forMs}`)
  switch (what) {
    case 'kill':
      process.kill()
      return
    case 'freeze':
      process.freeze(forMs)
      return
    case 'stop':
      void piecework.stop({ drainMs: index % 3000 }).then(
        () => process.kill(),
        () => process.kill(),
      )
      return
    case 'jump':
      process.aheadMs = aheadOf(process.random)
      return
    case 'outage':
      for (const one of index % 3 === 0 ? alive : [host]) one.link.cut('database', forMs)
      return
    case 'storage':
      for (const one of index % 3 === 0 ? alive : [host]) one.link.cut('storage', forMs)
      return
  }
}
