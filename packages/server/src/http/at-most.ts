import { httpError } from '../problems/http-error.js'

/** Lets through what keeps files on the temporary disk. */
export type DiskGate = <T>(work: () => Promise<T>) => Promise<T>

/** So many at a time. Throws `http/busy` for more: what waits would hold its connection. */
export function atMost(most: number): DiskGate {
  let running = 0
  return async (work) => {
    if (running >= most)
      throw httpError('http/busy', `This server keeps the files of ${most} requests at a time; try again.`)
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
    }
  }
}
