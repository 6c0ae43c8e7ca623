import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.js'
import type { PackedPackage } from './packages.js'

type Versions = Readonly<Record<string, string>>

export interface Host {
  readonly name: string
  readonly type: 'commonjs' | 'module'
  /** What it needs beside what all hosts share. */
  readonly dependencies: Versions
  /** Of `consumers/hosts`, copied into its folder. */
  readonly files: readonly string[]
  /** Fields of its package.json, for the settings of tools. */
  readonly settings?: Readonly<Record<string, unknown>>
}

const sources = join(import.meta.dirname, '../../../hosts')

/** Makes `hosts/<name>` for each host in `folder` and installs them all at once: npm gives each the versions that it asks for. */
export async function installHosts(
  folder: string,
  packages: readonly PackedPackage[],
  libraries: Versions,
  hosts: readonly Host[],
): Promise<void> {
  await writeJson(join(folder, 'package.json'), {
    private: true,
    workspaces: ['hosts/*'],
    dependencies: {
      ...Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`])),
      ...libraries,
    },
  })
  for (const { name, type, dependencies, files, settings } of hosts) {
    const home = join(folder, 'hosts', name)
    await mkdir(home, { recursive: true })
    await writeJson(join(home, 'package.json'), { name, version: '1.0.0', type, dependencies, ...settings })
    for (const file of files) await cp(join(sources, file), join(home, file))
  }
  await npmInstall(folder)
}

/** Throws with what npm printed. */
async function npmInstall(folder: string): Promise<void> {
  const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  const { code, output } = await command('npm', ['install', ...quick], folder)
  if (code !== 0) throw new Error(output)
}

/** Our declarations as they were installed. */
export async function installedDeclarations(
  folder: string,
  packages: readonly PackedPackage[],
): Promise<readonly string[]> {
  const found: string[] = []
  for (const { name } of packages) {
    const dist = join(folder, 'node_modules', name, 'dist')
    for (const path of await readdir(dist, { recursive: true }))
      if (path.endsWith('.d.ts')) found.push(join(dist, path))
  }
  return found
}

export async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`)
}
