import type { ArtifactStore } from '../contracts/artifacts.js'
import type { Entries } from '../contracts/entries.js'
import type { Environment } from '../contracts/environment.js'
import { PieceworkError } from '../contracts/errors.js'
import type { NewFinding } from '../contracts/finding.js'
import type { Format, Input, InputNode } from '../contracts/format.js'
import type { JobInput } from '../contracts/job-request.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { meant } from '../options/meant.js'
import type { Registry } from '../plan/registry.js'
import { resourceName } from '../plan/tree.js'
import { joinedArtifacts } from '../uploads/joined-artifacts.js'
import { canonicalInput } from './canonical-input.js'
import { chooseNodes } from './choose-nodes.js'
import { OpenInputs } from './open-inputs.js'

/** Opens inputs of imports; attempts of one job that run at the same time share one. */
export interface Inputs {
  /** With the nodes of the chosen pieces. Checks that the piece and version of each can be read. */
  use<T>(key: string, input: JobInput, signal: AbortSignal, work: (input: Input) => Promise<T>): Promise<T>
  format(name: string): Format
}

export function createInputs(
  registry: Registry,
  artifacts: ArtifactStore,
  archive: Format,
  environment: Pick<Environment, 'now' | 'every'>,
): Inputs {
  const inputs = new OpenInputs(environment)
  const format = (name: string): Format => {
    const known = name === archive.name ? archive : registry.formats.get(name)
    if (known) return known
    const names = ['archive', ...registry.formats.keys()]
    throw new PieceworkError('options-invalid', `No pack reads the format "${name}"${meant(name, names)}`)
  }
  return {
    format,
    use: (key, { format: name, uploads, missing, only, without }, signal, work) => {
      const joined = joinedArtifacts(artifacts, uploads)
      const open = async () => {
        const { signal } = new AbortController()
        const input = await format(name).open({
          uploads,
          artifacts: joined,
          ...(missing && { missing }),
          signal,
        })
        try {
          const chosen = { ...(only && { only }), ...(without && { without }) }
          return await upgraded(registry, name, chooseNodes(registry, name, input, chosen))
        } catch (error) {
          await input.close()
          throw error
        }
      }
      // Another upload of a role is another artifact.
      const isThere = async () => {
        const found = await Promise.all(uploads.map(({ artifact }) => joined.stat(artifact)))
        return found.every((stat, at) => stat?.size === uploads[at]?.size)
      }
      const of = JSON.stringify([
        key,
        name,
        only,
        without,
        uploads.map(({ role, artifact }) => [role, artifact]),
      ])
      return inputs.use(of, { open, isThere }, async (input) => {
        signal.throwIfAborted()
        return work(input)
      })
    },
  }
}

const nodesByKey = new WeakMap<Input, ReadonlyMap<string, InputNode>>()

const keyOf = (resource: ResourceRef, piece: string): string => `${resourceName(resource)} ${piece}`

/** The entries that one piece reads for one resource. */
export function inputNode(input: Input, resource: ResourceRef, piece: string): InputNode {
  const known =
    nodesByKey.get(input) ?? new Map(input.nodes.map((node) => [keyOf(node.resource, node.piece), node]))
  nodesByKey.set(input, known)
  const node = known.get(keyOf(resource, piece))
  if (!node)
    throw new PieceworkError('internal', `The input has no ${piece} of ${resource.kind} ${resource.id}.`)
  return node
}

async function upgraded(registry: Registry, format: string, given: Input): Promise<Input> {
  const input = canonicalInput(registry, given)
  const nodes: InputNode[] = []
  for (const node of input.nodes) {
    const piece = registry.piece(format, node.piece)
    if (!piece)
      throw new PieceworkError('piece-unknown', `No pack knows the piece "${node.piece}" of this archive.`)
    nodes.push({ ...node, entries: await upgradeEntries(piece, node) })
  }
  const findings = [...input.findings, ...skippedFindings(registry, format, input.exportOnly ?? [])]
  return { ...input, nodes, findings, close: () => given.close() }
}

/** An archive may say of a piece that it is for people, which this installation imports. */
function skippedFindings(registry: Registry, format: string, names: readonly string[]): NewFinding[] {
  const skipped = [...new Set(names)].filter((name) => registry.piece(format, name)?.importer)
  return skipped.map((name) => ({
    severity: 'warning',
    code: 'archive/piece-export-only',
    message: `The archive has the piece "${name}" for people only: it is not imported.`,
    count: names.filter((one) => one === name).length,
  }))
}

/** What the piece's present version would have written. Throws `archive-newer`. */
export async function upgradeEntries(
  piece: Piece,
  node: Pick<InputNode, 'version' | 'entries'>,
): Promise<Entries> {
  if (node.version > piece.version) {
    throw new PieceworkError(
      'archive-newer',
      `Piece "${piece.name}" was written by version ${node.version}; this installation reads up to ${piece.version}.`,
    )
  }
  let entries = node.entries
  for (let version = node.version; version < piece.version; version++) {
    const upgrade = piece.upgrades?.[version]
    if (!upgrade) {
      throw new PieceworkError(
        'archive-invalid',
        `Piece "${piece.name}" no longer reads its version ${version}.`,
        { facts: { unread: version } },
      )
    }
    entries = await upgrade(entries)
  }
  return entries === node.entries ? entries : withoutTypes(entries)
}

/** What was said of the columns of the older version is not true of these. */
function withoutTypes(entries: Entries): Entries {
  return {
    paths: entries.paths,
    facts: (path) => {
      const { types: _, ...facts } = entries.facts(path) ?? { size: 0 }
      return entries.facts(path) && facts
    },
    open: (path, range) => entries.open(path, range),
    json: (path, schema) => entries.json(path, schema),
    rows: (path) => entries.rows(path),
  }
}
