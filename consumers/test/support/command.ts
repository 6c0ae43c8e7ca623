import { execFile } from 'node:child_process'

export interface Outcome {
  readonly code: number
  /** Standard output and errors. */
  readonly output: string
}

/** What `npm test` sets of its own. Registry, cache and proxies stay. */
const ofThisRun = /^(NODE_OPTIONS|NODE_PATH|npm_(?!config_).*|npm_config_local_prefix)$/

/** Runs a program to its end, in the environment of a host's shell. */
export function command(file: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofThisRun.test(name)))
  return new Promise((resolve) => {
    const options = { cwd, env, maxBuffer: 100_000_000 }
    execFile(file, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, output: `${stdout}${stderr}` })
    })
  })
}
