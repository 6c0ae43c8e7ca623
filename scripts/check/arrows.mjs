// Which packages import which: siblings only downwards, and exactly those that package.json lists.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { readWorkspaces, sourcesOf, tops } from '../packages.mjs'

const scope = '@piecework/'

/** What a package may never import, by the name of its folder. */
const rules = [
  { from: /^core$/, never: /./, why: 'core imports no sibling' },
  { from: /^runtime-/, never: /^(?!core$)/, why: 'a runtime imports core alone' },
  { from: /-files$/, never: /^(postgres|embedded|pieces-.*)$/, why: 'readers of files know no database' },
  { from: /^pieces-/, never: /^(runtime-|testkit$)/, why: 'a pack imports no runtime and no tests' },
  {
    from: /./,
    never: new RegExp(`^(${tops.map((folder) => basename(folder)).join('|')})$`),
    why: 'it is above all packages',
  },
]

/** Throws with every problem; returns how many workspaces, source files and arrows there are. */
export async function arrows() {
  const graph = new Map()
  const problems = []
  let files = 0
  for (const workspace of await readWorkspaces()) {
    const imports = new Map()
    const sources = await sourcesOf(workspace)
    files += sources.length
    for (const path of sources) {
      for (const sibling of siblingsIn(await readFile(path, 'utf8'))) imports.set(sibling, path)
    }
    imports.delete(workspace.name)
    graph.set(short(workspace.name), [...imports.keys()].map(short))
    problems.push(...differences(workspace, imports), ...forbidden(workspace, imports))
  }
  problems.push(...circles(graph))
  if (problems.length > 0) throw new Error(problems.join('\n'))
  const count = [...graph.values()].reduce((sum, { length }) => sum + length, 0)
  return `${graph.size} workspaces, ${files} source files, ${count} arrows`
}

/** Types count: the declarations that are published name them too. */
function siblingsIn(text) {
  const specifiers = text.matchAll(/\b(?:from|import)\s*\(?\s*'(@piecework\/[^/']+)/g)
  return new Set([...specifiers].map(([, name]) => name))
}

function differences({ folder, manifest }, imports) {
  const installed = { ...manifest.dependencies, ...manifest.peerDependencies }
  const listed = Object.keys(installed).filter((name) => name.startsWith(scope))
  const missing = [...imports].filter(([name]) => !listed.includes(name))
  const unused = listed.filter((name) => !imports.has(name))
  return [
    ...missing.map(([name, path]) => `${path} imports ${name}, which ${folder}/package.json does not list.`),
    ...unused.map((name) => `${folder}/package.json lists ${name}, which no file of ${folder}/src imports.`),
  ]
}

function forbidden({ folder, name }, imports) {
  if (tops.includes(folder)) return []
  const matching = rules.filter(({ from }) => from.test(short(name)))
  return [...imports].flatMap(([sibling, path]) =>
    matching
      .filter(({ never }) => never.test(short(sibling)))
      .map(({ why }) => `${path} imports ${sibling}: ${why}.`),
  )
}

/** Every circle once, as `a → b → a`. */
function circles(graph) {
  const found = new Map()
  const visit = (name, way) => {
    const at = way.indexOf(name)
    if (at >= 0) {
      const circle = way.slice(at)
      const key = [...circle].sort().join()
      if (!found.has(key)) found.set(key, `Packages in a circle: ${[...circle, name].join(' → ')}.`)
      return
    }
    for (const next of graph.get(name) ?? []) visit(next, [...way, name])
  }
  for (const name of graph.keys()) visit(name, [])
  return [...found.values()]
}

function short(name) {
  return name.slice(scope.length)
}
