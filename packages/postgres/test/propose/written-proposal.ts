import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { ResourceKind } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import { checkCommand } from '#internal/command/check-command.js'

export interface Proposed {
  readonly kind: ResourceKind
  readonly pieces: readonly Piece[]
  readonly source: string
}

const here = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)
const strict = ['--ignoreConfig', '--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes']
const format = ['--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--skipLibCheck']

export interface CommandRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command in this process. */
export async function command(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandRun> {
  let [stdout, stderr] = ['', '']
  const code = await checkCommand(args, {
    env,
    print: (text) => {
      stdout += text
    },
    complain: (text) => {
      stderr += text
    },
  })
  return { code, stdout, stderr }
}

/** Runs the file that a package manager links. */
export const binary = (...args: readonly string[]) =>
  run(process.execPath, [join(here, 'bin/piecework-check.js'), ...args], { cwd: here })

/** What the command proposes for each root, as it is written, compiled by the strictest rules of TypeScript. */
export async function compiledProposals(url: string, roots: readonly string[]): Promise<readonly Proposed[]> {
  await mkdir(join(here, 'build'), { recursive: true })
  // Beside the package: what the modules import is found from there.
  const folder = await mkdtemp(join(here, 'build/proposal-'))
  try {
    const sources: string[] = []
    for (const root of roots) {
      const { code, stdout, stderr } = await command([url, '--root', root])
      if (code !== 0) throw new Error(`${root}: ${stderr}`)
      sources.push(stdout)
    }
    const files = sources.map((_, at) => join(folder, `proposal${at}.ts`))
    for (const [at, file] of files.entries()) await writeFile(file, sources[at] ?? '')
    const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(
      'package.json',
      'bin/tsc',
    )
    await run(
      process.execPath,
      [tsc, ...strict, ...format, '--rootDir', here, '--outDir', folder, ...files],
      {
        cwd: here,
      },
    ).catch((error: { stdout: string }) => {
      throw new Error(`${error.stdout}\n${sources.join('\n')}`)
    })
    const proposed: Proposed[] = []
    for (const [at, source] of sources.entries()) {
      const file = join(folder, relative(here, folder), `proposal${at}.js`)
      const { pieces, ...kinds } = await import(pathToFileURL(file).href)
      const [kind] = Object.entries(kinds).flatMap(([name, one]) => (name.endsWith('Kind') ? [one] : []))
      proposed.push({ kind: kind as ResourceKind, pieces: pieces as readonly Piece[], source })
    }
    return proposed
  } finally {
    await rm(folder, { recursive: true })
  }
}
