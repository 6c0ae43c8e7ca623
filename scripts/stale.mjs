import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readPublished } from './packages.mjs'

/** Deletes what earlier builds have left of sources that are gone: packages are packed with all of dist/. */
export async function removeStale() {
  for (const { folder } of await readPublished()) {
    const dist = join(folder, 'dist')
    if (!existsSync(dist)) continue
    for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const source = path.replace(dist, join(folder, 'src')).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts')
      if (!existsSync(source)) await rm(path, { force: true })
    }
  }
}
