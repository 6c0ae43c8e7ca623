import { createHash } from 'node:crypto'
import { PieceworkError } from '../contracts/errors.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import { manifestDefaults, pauseDefaults } from '../defaults.js'
import { clashSteps, entryPath, pathFault } from './entry-path.js'
import { JsonScan } from './json-scan.js'
import { jsonSteps } from './json-steps.js'
import type { Manifest, ManifestEntry } from './manifest-contract.js'
import { assertKnown, assertNeeds, needsOf } from './manifest-needs.js'
import { type SpelledEntry, type SpelledManifest, spelledManifest, stampOf } from './manifest-schema.js'
import { partOf } from './part-path.js'
import { atOnce, each, type Steps } from './steps.js'

export { entryPath } from './entry-path.js'
export type { Manifest, ManifestEntry, ManifestPiece } from './manifest-contract.js'

/** The manifest's one spelling: pieces as they come, entries sorted by path, keys in a fixed order. */
export function writeManifest(manifest: Manifest): Uint8Array {
  const types = new Map<string, number>()
  const typesAt = (list: readonly string[]): number => {
    const key = JSON.stringify(list)
    const at = types.get(key) ?? types.size
    types.set(key, at)
    return at
  }
  const pieces = manifest.pieces.map(({ resource, name, version: written, exportOnly, parts, entries }) => ({
    resource: { kind: resource.kind, id: resource.id },
    name,
    version: written,
    ...(exportOnly && { exportOnly }),
    ...(parts !== undefined && { parts }),
    entries: [...entries]
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ path, size, sha256, rows, types: list, recordBytes }) => ({
        path,
        size,
        sha256,
        ...(rows !== undefined && { rows }),
        ...(list && { types: typesAt(list) }),
        ...(recordBytes !== undefined && { recordBytes }),
      })),
  }))
  const needs = needsOf(manifest)
  const canonical = {
    format: manifest.format,
    version: needs.length > 0 ? 2 : 1,
    ...(needs.length > 0 && { needs }),
    ...(types.size > 0 && { types: [...types.keys()].map((key) => JSON.parse(key)) }),
    tree: canonicalTree(manifest.tree),
    pieces,
  }
  const bytes = Buffer.from(`${JSON.stringify(canonical, undefined, 2)}\n`, 'utf8')
  readManifest(bytes)
  return bytes
}

/** Throws `archive-newer` for a later format, `archive-invalid` with what is wrong for all else. */
export function readManifest(bytes: Uint8Array): Manifest {
  manifestScan().over(bytes)
  return atOnce(manifestSteps(bytes))
}

const { values, depth } = manifestDefaults

/** Sees the bytes of a manifest before they are parsed. */
export const manifestScan = (): JsonScan => new JsonScan('manifest.json', { values, depth })

/** The work of `readManifest`, of bytes that a `manifestScan` has seen. */
export function* manifestSteps(bytes: Uint8Array): Steps<Manifest> {
  const json = yield* jsonSteps('manifest.json', bytes)
  const { version, needs = [] } = stampOf(json)
  assertKnown(version, needs)
  const manifest = withTypes(yield* spelledManifest(json, version))
  yield
  assertNeeds(manifest, needs)
  yield* assertConsistent(manifest)
  return manifest
}

function withTypes({ format, version, types = [], tree, pieces }: SpelledManifest): Manifest {
  const listOf = (at: number): readonly string[] => {
    const list = types[at]
    if (list) return list
    throw new PieceworkError(
      'archive-invalid',
      `manifest.json is not as it should be: it has no list of types ${at}`,
    )
  }
  const typed = ({ types: at, ...one }: SpelledEntry): ManifestEntry => ({
    ...one,
    ...(at !== undefined && { types: listOf(at) }),
  })
  return { format, version, tree, pieces: pieces.map((one) => ({ ...one, entries: one.entries.map(typed) })) }
}

/** Equal content, equal digest: sha256 of the manifest's bytes, hex. */
export function manifestDigest(bytes: Uint8Array): string {
  return atOnce(digestSteps(bytes))
}

/** The work of `manifestDigest`. */
export function* digestSteps(bytes: Uint8Array): Steps<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.length; at += pauseDefaults.hashedBytes) {
    hash.update(bytes.subarray(at, at + pauseDefaults.hashedBytes))
    yield
  }
  return hash.digest('hex')
}

/** Every entry's path in the zip, in the manifest's order. */
export function* manifestPaths(
  manifest: Manifest,
): Generator<{ readonly path: string; readonly entry: ManifestEntry }> {
  for (const { resource, name, entries } of manifest.pieces)
    for (const one of entries)
      yield { path: entryPath(manifest.tree, { resource, name }, one.path), entry: one }
}

function canonicalTree({ kind, id, children }: ResourceTree): ResourceTree {
  return { kind, id, children: children.map(canonicalTree) }
}

function* assertConsistent(manifest: Manifest): Steps<void> {
  const refuse = (fault: string): never => {
    throw new PieceworkError('archive-invalid', `manifest.json is not as it should be: ${fault}`)
  }
  const resources = new Set<string>()
  yield* each(nodesOf(manifest.tree, 1), ([node, depth]) => {
    if (depth > manifestDefaults.treeDepth) refuse(`its tree is deeper than ${manifestDefaults.treeDepth}`)
    const key = keyOf(node)
    if (resources.has(key)) refuse(`its tree names ${node.kind} ${JSON.stringify(node.id)} twice`)
    resources.add(key)
  })
  const nodes = new Set<string>()
  yield* each(manifest.pieces, ({ resource, name, parts, entries }) => {
    const key = `${keyOf(resource)} ${name}`
    if (!resources.has(keyOf(resource)))
      refuse(`${name} is of ${resource.kind} ${JSON.stringify(resource.id)}, which is not in the tree`)
    if (nodes.has(key)) refuse(`it lists ${name} of ${resource.kind} ${JSON.stringify(resource.id)} twice`)
    nodes.add(key)
    if (parts === undefined) return
    const odd = entries.find(
      ({ path, rows }) => !(rows === undefined ? !path.endsWith('.csv') : isPart(path, parts)),
    )
    if (odd)
      refuse(`${name} has ${parts} parts, and ${JSON.stringify(odd.path.slice(0, 200))} is of none of them`)
  })
  const paths: string[] = []
  yield* each(manifestPaths(manifest), ({ path, entry: one }) => {
    const fault = pathFault(one.path) ?? pathFault(path)
    if (fault) refuse(`the path ${JSON.stringify(one.path.slice(0, 200))} ${fault}`)
    paths.push(path)
  })
  const clash = yield* clashSteps(paths)
  if (clash !== undefined) refuse(`the path "${clash.slice(0, 600)}" is taken by another entry`)
}

/** Parents first, each with its depth. */
function* nodesOf(tree: ResourceTree, depth: number): Generator<readonly [ResourceTree, number]> {
  yield [tree, depth]
  for (const child of tree.children) yield* nodesOf(child, depth + 1)
}

function isPart(path: string, parts: number): boolean {
  const { number = 0 } = partOf(path) ?? {}
  return number > 0 && number <= parts
}

function keyOf({ kind, id }: ResourceRef): string {
  return JSON.stringify([kind, id])
}
