// Whether the files and folders that docs/architecture.md names are there.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const file = 'docs/architecture.md'

/** Throws with every one that is not; returns how many are named. Paths are below packages/, or below core/src. */
export async function rooms() {
  const text = await readFile(file, 'utf8')
  const below = new Set([...(await readdir('packages')), ...(await readdir('packages/core/src'))])
  const named = [...text.matchAll(/`([\w-]+\/[\w{},./-]+)`/g)].flatMap(([, path]) => expanded(path))
  const paths = [...new Set(named)].filter((path) => below.has(path.split('/')[0]))
  const missing = paths.filter(
    (path) => !['packages', 'packages/core/src'].some((top) => existsSync(join(top, path))),
  )
  if (missing.length > 0)
    throw new Error(missing.map((path) => `${file} names ${path}, which is not there.`).join('\n'))
  return `${paths.length} files and folders`
}

/** `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`. */
function expanded(path) {
  const [, before, list, behind] = /^(.*?)\{([^}]*)\}(.*)$/.exec(path) ?? []
  if (list === undefined) return [path]
  return list.split(',').flatMap((one) => expanded(before + one + behind))
}
