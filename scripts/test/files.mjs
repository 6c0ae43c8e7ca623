import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** The compiled test files of all workspaces, by source: what is left in build/ of a deleted test does not count. */
export async function testFiles(filters) {
  const packages = (await readdir('packages')).map((name) => join('packages', name))
  const files = []
  for (const workspace of [...packages, 'examples', 'bench', 'soak', 'fuzz', 'consumers']) {
    const folder = join(workspace, 'test')
    if (!existsSync(folder)) continue
    for (const path of await readdir(folder, { recursive: true })) {
      if (!path.endsWith('.test.ts')) continue
      const compiled = join(workspace, 'build', 'test', path.replace(/\.ts$/, '.js'))
      files.push({ source: join(folder, path).split(sep).join('/'), compiled, folder })
    }
  }
  return files
    .filter(({ source }) => filters.length === 0 || filters.some((filter) => source.includes(filter)))
    .sort((a, b) => (a.source < b.source ? -1 : 1))
}

/** Whether a file of the tests' folders speaks of one of the words. */
export async function mentions(files, words) {
  for (const folder of new Set(files.map((file) => file.folder))) {
    for (const path of await readdir(folder, { recursive: true })) {
      if (path.endsWith('.ts') && words.test(await readFile(join(folder, path), 'utf8'))) return true
    }
  }
  return false
}
