import { execFile } from 'node:child_process'

export interface Outcome {
  readonly code: number
  /** Standard output and errors. */
  readonly output: string
}

/** Runs a program to its end, with no more in its environment than a host's shell has. */
export function command(
  file: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  // What the run of this test has set would reach into the consumers.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NODE_|npm_)/.test(name))
  return new Promise((resolve) => {
    const options = { cwd, env: { ...Object.fromEntries(inherited), ...env }, maxBuffer: 100_000_000 }
    execFile(file, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, output: `${stdout}${stderr}` })
    })
  })
}
