import { type ExecFileException, execFile } from 'node:child_process'
import { join } from 'node:path'
import { marxanCheck as commandOf, type Surroundings } from '#internal/command.js'

/** Compiled tests are in build/test/support. */
export const bin = join(import.meta.dirname, '../../../bin/marxan-check.js')

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What the command says, in this process: it takes a second to start. */
export async function saidHere(args: readonly string[]): Promise<Said> {
  const [out, err]: [string[], string[]] = [[], []]
  const surroundings: Surroundings = {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    env: {},
  }
  await commandOf(args, surroundings)
  return { code: Number(surroundings.exitCode ?? 0), stdout: out.join(''), stderr: err.join('') }
}

/** Runs the command with pipes for a terminal, without a database in its environment. */
export function marxanCheck(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Said> {
  return execute(process.execPath, [bin, ...args], env)
}

/** The same on a terminal; what it writes to stdout and stderr comes as one. */
export function onTerminal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Said> {
  const command = [process.execPath, bin, ...args].map((part) => `'${part}'`).join(' ')
  return execute('script', ['-qec', command, '/dev/null'], { TERM: 'xterm', ...env })
}

function execute(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> {
  return new Promise((resolve, reject) => {
    const told = (error: ExecFileException | null, stdout: string, stderr: string) =>
      error && typeof error.code !== 'number'
        ? reject(error)
        : resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    execFile(file, args, { env: { PATH: process.env.PATH, ...env }, maxBuffer: 2 ** 26 }, told)
  })
}
