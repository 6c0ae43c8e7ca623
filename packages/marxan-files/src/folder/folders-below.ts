import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tableFolders } from '../defaults.js'

/** Paths of folders below the folder, with slashes: not those of links and hidden ones. */
export async function foldersBelow(dir: string): Promise<readonly string[]> {
  const found: string[] = []
  let level: readonly string[] = ['']
  for (let depth = 0; depth < tableFolders.depth && found.length < tableFolders.folders; depth += 1) {
    const next: string[] = []
    for (const folder of level)
      for (const entry of await readdir(join(dir, folder), { withFileTypes: true }))
        if (entry.isDirectory() && !/^(?:\.|__MACOSX$|node_modules$)/.test(entry.name))
          next.push(folder === '' ? entry.name : `${folder}/${entry.name}`)
    found.push(...next)
    level = next.sort()
  }
  return found.slice(0, tableFolders.folders)
}
