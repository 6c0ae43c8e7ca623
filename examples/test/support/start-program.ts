import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Program {
  readonly process: ChildProcess
  /** The first line that it has printed. */
  readonly line: string
  /** Sends the signal; resolves to the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

interface StartOptions {
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a server until it prints its first line. Throws if it ends before. */
export async function startProgram(program: URL, { args = [], env }: StartOptions): Promise<Program> {
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(program), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string | number | null]
  if (typeof line !== 'string') throw new Error(`${program.pathname} ended with ${line} before it printed.`)
  return {
    process: child,
    line,
    end: async (signal) => {
      child.kill(signal)
      return (await ended)[0] as number | null
    },
  }
}
