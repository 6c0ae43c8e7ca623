import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { check, checkOptions, type OptionChecks, required } from '@piecework/core/store'
import { whenGone } from './when-gone.js'

export interface FleetOptions {
  /** What each of them runs. It sends a message when it works, and ends gracefully when it gets one. */
  readonly script: URL
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Chooses who is hit. In [0, 1); default `Math.random`. */
  readonly random?: () => number
}

const fleetChecks: OptionChecks<FleetOptions> = {
  script: required(check.having<URL>('a URL', 'href')),
  args: check.list(check.string),
  env: check.record(check.string),
  random: check.func(),
}

/** Worker processes, to be killed and stopped. */
export interface Fleet {
  /** Resolves when it works. */
  add(): Promise<void>
  /** SIGKILL to one of them, and a new one in its place. */
  replace(): Promise<void>
  /** SIGSTOP to one of them; the function wakes it, and so does the end of this process. */
  freeze(): () => void
  /** Sends the signal to one of them, or to all; resolves to their exit codes. Nothing takes their place. */
  retire(signal: NodeJS.Signals, which: 'one' | 'all'): Promise<readonly (number | null)[]>
  /** Asks all to stop gracefully; resolves to their exit codes. */
  stop(): Promise<readonly (number | null)[]>
  /** SIGKILL to all. */
  end(): Promise<void>
  /** Of those that work, or stand still. */
  pids(): readonly number[]
  /** How those ended that ended by themselves, since the last call. They are not replaced. */
  fallen(): readonly string[]
}

export function fleet(options: FleetOptions): Fleet {
  const { script, args = [], env, random = Math.random } = checkOptions('fleet()', options, fleetChecks)
  const workers: ChildProcess[] = []
  const fallen: string[] = []
  const any = (): ChildProcess => {
    const worker = workers[Math.floor(random() * workers.length)]
    if (!worker) throw new Error('There is no worker.')
    return worker
  }
  const add = async (): Promise<void> => {
    const worker = fork(script, [...args], env && { env })
    workers.push(worker)
    const gone = new AbortController()
    worker.once('exit', (code, signal) => {
      gone.abort(new Error(`A worker ended with ${code ?? signal} before it worked.`))
      if (dismiss(worker)) fallen.push(`${code ?? signal}`)
    })
    await once(worker, 'message', { signal: gone.signal }).catch((error: unknown) => {
      throw gone.signal.reason ?? error
    })
  }
  /** Whether it was one of them until now. */
  const dismiss = (worker: ChildProcess): boolean => {
    const at = workers.indexOf(worker)
    if (at >= 0) workers.splice(at, 1)
    return at >= 0
  }
  const kill = async (worker: ChildProcess): Promise<void> => {
    if (!dismiss(worker)) return
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
      const thaw = whenGone('kill -CONT "$1"', `${worker.pid}`)
      return () => {
        worker.kill('SIGCONT')
        void thaw.now()
      }
    },
    retire: (signal, which) => {
      const leaving = which === 'all' ? workers.splice(0) : [any()]
      return Promise.all(
        leaving.map(async (worker) => {
          dismiss(worker)
          const ended = once(worker, 'exit')
          worker.kill(signal)
          return (await ended)[0] as number | null
        }),
      )
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
    pids: () => workers.flatMap(({ pid }) => pid ?? []),
    fallen: () => fallen.splice(0),
  }
}
