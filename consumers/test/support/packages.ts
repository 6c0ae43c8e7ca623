import { cp, readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { command } from './command.js'

/** The checkout that this file was compiled in. */
export const repository = join(import.meta.dirname, '../../../..')

export interface PackedPackage {
  readonly name: string
  readonly tarball: string
  /** Entry points as a host imports them: `@piecework/core`, `@piecework/core/piece`. */
  readonly entries: readonly string[]
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports: Readonly<Record<string, unknown>>
}

/** What no package publishes. npm would walk through all that its dependencies lead to: two thirds of what packing takes. */
const unpacked = ['node_modules', 'build', 'test']

/** Packs every package that is published, with npm, from a copy into `folder`. */
export async function packPackages(folder: string): Promise<readonly PackedPackage[]> {
  const found: PackedPackage[] = []
  const folders: string[] = []
  for (const directory of (await readdir(join(repository, 'packages'))).sort()) {
    const text = await readFile(join(repository, 'packages', directory, 'package.json'), 'utf8').catch(
      () => '',
    )
    const manifest = text === '' ? undefined : (JSON.parse(text) as Manifest)
    if (manifest === undefined || manifest.private === true) continue
    const { name, version } = manifest
    const copy = join(folder, 'packages', directory)
    const source = join(repository, 'packages', directory)
    const filter = (path: string) => !unpacked.includes(relative(source, path))
    await cp(source, copy, { recursive: true, filter })
    folders.push(copy)
    found.push({
      name,
      tarball: join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
      entries: Object.keys(manifest.exports)
        .filter((path) => path !== './package.json')
        .map((path) => name + path.slice(1)),
    })
  }
  const { code, output } = await command('npm', ['pack', ...folders, '--pack-destination', folder], folder)
  if (code !== 0) throw new Error(output)
  return found
}
