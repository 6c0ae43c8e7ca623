// Whether the drawing in docs/architecture.md shows what the packages depend on: no more, and no less.
import { readFile } from 'node:fs/promises'
import { readPublished } from '../packages.mjs'

const file = 'docs/architecture.md'
const scope = '@piecework/'
/** Stands above all packages; where its arrows lead is the host's own choice. */
const outside = 'host'

/**
 * Compares what can be reached: an arrow that follows from others need not be drawn. An arrow from or to a subgraph
 * counts for each of its members. Throws with every difference; returns how many packages and arrows are drawn.
 */
export async function drawing() {
  const drawn = parse(await readFile(file, 'utf8'))
  const depended = await dependencies()
  const problems = [
    ...[...depended.keys()].filter((name) => !drawn.has(name)).map((name) => `${name} is not drawn.`),
    ...[...drawn.keys()].filter((name) => !depended.has(name)).map((name) => `There is no package ${name}.`),
    ...missing(drawn, depended).map(
      ([from, to]) => `An arrow leads from ${from} to ${to}: ${from} does not depend on it.`,
    ),
    ...missing(depended, drawn).map(([from, to]) => `${from} depends on ${to}: no arrows lead there.`),
  ]
  if (problems.length > 0) throw new Error(problems.map((problem) => `${file}: ${problem}`).join('\n'))
  const count = [...drawn.values()].reduce((sum, { size }) => sum + size, 0)
  return `${drawn.size} packages, ${count} arrows`
}

/** The siblings that each published package depends on, by their names without the scope. */
async function dependencies() {
  const published = await readPublished()
  return new Map(
    published
      .filter(({ name }) => name.startsWith(scope))
      .map(({ name, manifest }) => {
        const siblings = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
        return [short(name), new Set(siblings.filter((sibling) => sibling.startsWith(scope)).map(short))]
      }),
  )
}

/** The arrows between packages, by label: those of subgraphs as arrows of their members. */
function parse(text) {
  const [, source] = /^```mermaid\nflowchart \w+\n(.*?)^```$/ms.exec(text) ?? []
  if (source === undefined) throw new Error(`${file} has no drawing.`)
  const labels = new Map()
  const members = new Map()
  const arrows = []
  let subgraph
  for (const line of source
    .split('\n')
    .map((one) => one.trim())
    .filter(Boolean)) {
    if (line === 'end') {
      subgraph = undefined
      continue
    }
    const [, opened] = /^subgraph (\w+)(?:\[".*"\])?$/.exec(line) ?? []
    if (opened !== undefined) {
      subgraph = opened
      members.set(opened, [])
      continue
    }
    const ids = line.split(' --> ').map((node) => {
      const [, id, label] = /^(\w+)(?:\["(.*)"\])?$/.exec(node) ?? []
      if (id === undefined) throw new Error(`${file}: the drawing's line "${line}" is not understood.`)
      if (label !== undefined) labels.set(id, label)
      if (subgraph !== undefined && !members.get(subgraph).includes(id)) members.get(subgraph).push(id)
      return id
    })
    for (const [at, id] of ids.entries()) if (at > 0) arrows.push([ids[at - 1], id])
  }
  const packagesOf = (id) => (members.get(id) ?? [id]).map((member) => labels.get(member) ?? member)
  const ids = new Set([...arrows.flat(), ...[...members.values()].flat()])
  const graph = new Map(
    [...ids]
      .filter((id) => id !== outside)
      .flatMap(packagesOf)
      .map((name) => [name, new Set()]),
  )
  for (const [from, to] of arrows) {
    if (to === outside) throw new Error(`${file}: an arrow leads to ${outside}, which is above all packages.`)
    if (from === outside) continue
    for (const one of packagesOf(from)) for (const other of packagesOf(to)) graph.get(one).add(other)
  }
  return graph
}

/** The arrows of one graph whose end cannot be reached in the other. */
function missing(graph, other) {
  return [...graph].flatMap(([from, ends]) => {
    const reached = reachable(other, from)
    return [...ends].filter((to) => !reached.has(to)).map((to) => [from, to])
  })
}

function reachable(graph, from) {
  const reached = new Set()
  const visit = (name) => {
    for (const next of graph.get(name) ?? []) {
      if (reached.has(next)) continue
      reached.add(next)
      visit(next)
    }
  }
  visit(from)
  return reached
}

function short(name) {
  return name.slice(scope.length)
}
