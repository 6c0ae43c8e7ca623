// What package.json must say so that every host can install and resolve a package.

import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { readPublished } from '../packages.mjs'

/** A dump of the embedded database fits no other version. */
const pinned = /^@electric-sql\//

/** Throws with every problem; returns how many packages and entry points there are. */
export async function manifests() {
  const root = JSON.parse(await readFile('package.json', 'utf8'))
  const published = await readPublished()
  const siblings = new Map(published.map(({ name, manifest }) => [name, `^${manifest.version}`]))
  const problems = []
  let entries = 0
  for (const { folder, manifest } of published) {
    entries += Object.keys(manifest.exports ?? {}).length
    const file = `${folder}/package.json`
    for (const [field, value] of Object.entries(expected(folder, manifest, root))) {
      if (isDeepStrictEqual(manifest[field], value)) continue
      problems.push(`${file}: "${field}" should be ${JSON.stringify(value)}.`)
    }
    problems.push(...rangeProblems(manifest, siblings).map((problem) => `${file}: ${problem}.`))
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return `${entries} entry points`
}

/** `main`, `types` and `typesVersions` repeat `exports` for TypeScript 4.7 and `moduleResolution: node`, which ignore it. */
function expected(folder, manifest, root) {
  const entries = Object.entries(manifest.exports ?? {}).filter(([path]) => path !== './package.json')
  const rest = entries.filter(([path]) => path !== '.')
  const folders = rest.map(([path, { types }]) => [path.slice(2), [types]])
  return {
    license: root.license,
    type: 'module',
    engines: root.engines,
    repository: { ...root.repository, directory: folder },
    main: manifest.exports?.['.']?.default,
    types: manifest.exports?.['.']?.types,
    typesVersions: folders.length > 0 ? { '*': Object.fromEntries(folders) } : undefined,
  }
}

function rangeProblems(manifest, siblings) {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })
  return [
    ...ranges
      .filter(([name, range]) => siblings.has(name) && range !== siblings.get(name))
      .map(([name]) => `${name} should be "${siblings.get(name)}": npm pack leaves "workspace:" in`),
    ...ranges
      .filter(([name, range]) => pinned.test(name) !== /^\d/.test(range))
      .map(
        ([name, range]) =>
          `${name} should be ${pinned.test(name) ? 'exactly one version' : 'a range'}, not "${range}"`,
      ),
    ...ranges
      .filter(([name]) => name.startsWith('@types/'))
      .map(([name]) => `${name} should be a devDependency`),
  ]
}
