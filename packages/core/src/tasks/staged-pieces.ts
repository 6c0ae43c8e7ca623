import { partOf } from '../archive/part-path.js'
import { rangedEntries } from '../archive/staged-ranges.js'
import type { ArtifactStore } from '../contracts/artifacts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobNode } from '../contracts/nodes.js'
import type { Output, StagedPart, StagedPiece } from '../contracts/output.js'
import { pageSizes } from '../defaults.js'
import { nodePages } from '../engine/node-pages.js'
import { exportId, partId } from '../plan/nodes.js'
import { resourceName, walkTree } from '../plan/tree.js'
import type { AttemptContext } from './attempt-context.js'
import { type ExportedPiece, exportedBy } from './exported-by.js'
import { planOf } from './parts-plan.js'

type Reading = Pick<AttemptContext, 'store' | 'registry' | 'artifacts' | 'lease'>

/** What the output reads: in the tree's order, of one resource by name. */
export async function stagedPieces(reading: Reading, output: Output): Promise<readonly StagedPiece[]> {
  const { store, registry, lease } = reading
  const { id, tree } = lease.job
  const kept = { pieces: output.pieces, joinedOnly: true as const }
  const exported = await exportedBy(registry, nodePages(store.reports, id), kept)
  const pieces: StagedPiece[] = []
  for (const { ref } of walkTree(tree))
    for (const piece of exported.get(resourceName(ref)) ?? []) pieces.push(await stagedPiece(reading, piece))
  return pieces
}

async function stagedPiece(reading: Reading, exported: ExportedPiece): Promise<StagedPiece> {
  const { resource, name: piece, version, counts, entries, parts, firstPart } = exported
  const plan = await planOf(reading, firstPart, { resource, piece })
  return {
    resource,
    piece,
    version,
    counts,
    entries: rangedEntries(reading.artifacts, entries, parts),
    ...(plan && { plan: plan.value }),
    parts: (first, last) => stagedParts(reading, exported, first, last),
  }
}

async function* stagedParts(
  { store, artifacts, lease }: Reading,
  { resource, name, batch, parts }: ExportedPiece,
  first = 1,
  last = parts ?? 1,
): AsyncGenerator<StagedPart> {
  const of = parts ?? 1
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 1 && last <= of))
    throw new PieceworkError('options-invalid', `${name} has no parts ${first} to ${last}, but 1 to ${of}.`)
  const { id } = lease.job
  const whole = exportId(resource, name)
  if (parts === undefined) {
    const node = await store.reports.node(id, whole)
    if (node) yield stagedPart(artifacts, node, of)
    return
  }
  let number = first
  const after = { batch, id: partId(whole, first - 1) }
  const limit = Math.min(pageSizes.results, last - first + 1)
  for await (const page of nodePages(store.reports, id, { batch, after, limit, results: true }))
    for (const node of page) {
      if (number > last) return
      yield stagedPart(artifacts, node, of)
      number += 1
    }
}

function stagedPart(
  artifacts: ArtifactStore,
  { part, counts, entries = [], output }: JobNode,
  of: number,
): StagedPart {
  const { number = 1, range } = part ?? {}
  const { rows = 0, skipped } = counts ?? {}
  const named = entries.map((entry) =>
    part && entry.rows !== undefined ? { ...entry, path: partOf(entry.path)?.table ?? entry.path } : entry,
  )
  return {
    number,
    of,
    ...(part && { range }),
    counts: { rows, ...(skipped !== undefined && { skipped }) },
    ...(output !== undefined && { result: output }),
    entries: rangedEntries(artifacts, named),
  }
}
