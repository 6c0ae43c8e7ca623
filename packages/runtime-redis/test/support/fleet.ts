import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Place } from './album-host.js'

/** Worker processes, to be killed and stopped. */
export interface Fleet {
  /** Resolves when it works. */
  add(): Promise<void>
  /** SIGKILL to one of them, and a new one in its place. */
  replace(): Promise<void>
  /** SIGSTOP to one of them; the function wakes it. */
  freeze(): () => void
  /** Asks all to stop gracefully; resolves to their exit codes. */
  stop(): Promise<readonly (number | null)[]>
  /** SIGKILL to all. */
  end(): Promise<void>
}

export function fleet(place: Place): Fleet {
  const workers: ChildProcess[] = []
  const any = (): ChildProcess => {
    const worker = workers[Math.floor(Math.random() * workers.length)]
    if (!worker) throw new Error('There is no worker.')
    return worker
  }
  const add = async (): Promise<void> => {
    const worker = fork(new URL('./album-worker.js', import.meta.url), [JSON.stringify(place)])
    workers.push(worker)
    await once(worker, 'message')
  }
  const kill = async (worker: ChildProcess): Promise<void> => {
    workers.splice(workers.indexOf(worker), 1)
    const ended = once(worker, 'exit')
    if (worker.kill('SIGKILL')) await ended
  }
  return {
    add,
    replace: async () => {
      await kill(any())
      await add()
    },
    freeze: () => {
      const worker = any()
      worker.kill('SIGSTOP')
      return () => void worker.kill('SIGCONT')
    },
    stop: () =>
      Promise.all(
        workers.splice(0).map(async (worker) => {
          const ended = once(worker, 'exit')
          worker.send('stop')
          return (await ended)[0] as number | null
        }),
      ),
    end: async () => {
      await Promise.all([...workers].map(kill))
    },
  }
}
