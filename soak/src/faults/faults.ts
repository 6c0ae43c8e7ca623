import { jobOf } from '../job-of.js'
import { watcher } from '../watcher.js'
import { artifactFaults } from './artifact-store.js'
import { driveFaults } from './drive.js'
import type { Fault } from './fault.js'
import { hostWrites } from './host-writes.js'
import { otherJobFaults } from './other-jobs.js'
import { processFaults } from './processes.js'
import { rightWithdrawn } from './rights.js'
import { secondServerFaults, serverFaults } from './servers.js'

/** By what `--only` and the table call them. */
export const faults: Readonly<Record<string, Fault>> = {
  ...processFaults,
  ...serverFaults,
  ...secondServerFaults,
  ...artifactFaults,
  ...otherJobFaults,
  'the host writes its rows': hostWrites,
  'the job is cancelled': {
    inject: async ({ scene, principal }) => {
      const job = await jobOf(scene, principal, 5000)
      if (job !== undefined) await scene.host.piecework.cancel(job, watcher)
      return undefined
    },
    mayEnd: () => ['cancelled'],
  },
  'a right is withdrawn': rightWithdrawn,
  ...driveFaults,
}
