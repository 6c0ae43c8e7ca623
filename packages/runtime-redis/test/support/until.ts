import { setTimeout as sleep } from 'node:timers/promises'

/** The test script's own limit ends a wait that is in vain. */
export async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await sleep(10)
}
