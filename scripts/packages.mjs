import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Workspaces that use packages and that no package may use. */
export const tops = ['examples', 'examples/nest-host', 'bench', 'soak', 'fuzz']

/** The workspaces below packages/, and those of `tops`: folder, name, package.json. */
export async function readWorkspaces() {
  const folders = (await readdir('packages')).sort().map((name) => join('packages', name))
  const found = [...folders, ...tops].filter((folder) => existsSync(join(folder, 'package.json')))
  return Promise.all(
    found.map(async (folder) => {
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
      return { folder, name: manifest.name, manifest }
    }),
  )
}

/** The packages that are published. */
export async function readPublished() {
  return (await readWorkspaces()).filter(({ manifest }) => manifest.private !== true)
}

/** The TypeScript sources of a workspace. */
export async function sourcesOf({ folder }) {
  const src = join(folder, 'src')
  if (!existsSync(src)) return []
  const paths = await readdir(src, { recursive: true })
  return paths.filter((path) => /(?<!\.d)\.ts$/.test(path)).map((path) => join(src, path))
}

/** The declarations that are emitted of the present sources. What is left in dist/ of a deleted source does not count. */
export async function declarationsOf(workspace) {
  const dist = join(workspace.folder, 'dist')
  const src = join(workspace.folder, 'src')
  const sources = await sourcesOf(workspace)
  return sources.map((path) => path.replace(src, dist).replace(/\.ts$/, '.d.ts'))
}

/** The entry points of a package as a host imports them: `@piecework/core`, `@piecework/core/piece`. */
export function entriesOf({ name, manifest }) {
  return Object.keys(manifest.exports ?? {})
    .filter((path) => path !== './package.json')
    .map((path) => name + path.slice(1))
}
