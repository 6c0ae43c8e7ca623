import { hashed } from '../archive/hashed.js'
import { rangedEntries } from '../archive/staged-ranges.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobOutput } from '../contracts/job-request.js'
import type { KeptOutput } from '../contracts/job-result.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import type { Output, OutputContext, StagedPiece } from '../contracts/output.js'
import type { PieceCounts } from '../contracts/piece-counts.js'
import { notRegistered } from '../engine/missing-registration.js'
import { allNodes } from '../engine/node-pages.js'
import { safeName } from '../outputs/safe-name.js'
import { zipForPeople } from '../outputs/zip-for-people.js'
import { resourceName, walkTree } from '../plan/tree.js'
import { type AttemptContext, pieceContext } from './attempt-context.js'
import { exportedBy, pieceOf } from './exported-by.js'
import { archivePrefix } from './staging.js'

/** Stores what the output's assembler makes; its sha256 is of the bytes as they pass. */
export async function assembleOutput(attempt: AttemptContext, requested: JobOutput): Promise<KeptOutput> {
  const { artifacts, registry, environment, lease } = attempt
  const { job, node } = lease
  const output = registry.outputs.get(requested.name)
  if (!output) throw notRegistered(node, `output "${requested.name}"`)
  const context = await contextOf(attempt, output, requested)
  const fileName = safeName(output.fileName(await subjectOf(attempt, context)))
  const passing = hashed(attempt.bytes.of(checked(output, await output.assemble(context), attempt.signal)))
  const artifact = `${archivePrefix(job.id)}/${output.name}/${lease.fence}`
  const size = await artifacts.put(artifact, passing.bytes)
  const { name, mediaType } = output
  const expiresAt = new Date(environment.now() + attempt.archiveTtlMs)
  return { name, artifact, size, sha256: passing.sha256(), mediaType, fileName, expiresAt }
}

async function contextOf(
  attempt: AttemptContext,
  output: Output,
  { options }: JobOutput,
): Promise<OutputContext> {
  const { lease, signal, findings } = attempt
  const { tree, createdAt } = lease.job
  const finding: OutputContext['finding'] = (found) => findings.add({ ...found, piece: output.name })
  return {
    ...pieceContext(attempt, output.name, { kind: tree.kind, id: tree.id }),
    options,
    tree,
    pieces: await stagedPieces(attempt, lease.job, output),
    finding,
    zip: (files, zipOptions) =>
      zipForPeople(files, {
        ...zipOptions,
        date: createdAt,
        signal,
        renamed: (name, instead) =>
          finding({
            severity: 'warning',
            code: 'core/file-renamed',
            message: `A file cannot have the name "${name}" on every disk; it is "${instead}".`,
            file: instead,
          }),
      }),
  }
}

async function stagedPieces(
  { store, registry, artifacts }: AttemptContext,
  { id, tree }: Job,
  output: Output,
): Promise<readonly StagedPiece[]> {
  const exported = exportedBy(await allNodes(store.reports, id))
  return walkTree(tree).flatMap(({ ref: resource }) =>
    [...(exported.get(resourceName(resource)) ?? [])]
      .filter(([piece]) => !output.pieces || output.pieces.includes(piece))
      .map(([piece, nodes]) => {
        const { version, parts } = pieceOf(registry, piece, nodes)
        const entries = nodes.flatMap((node) => node.entries ?? [])
        const counts = sumOf(nodes)
        return { resource, piece, version, counts, entries: rangedEntries(artifacts, entries, parts) }
      }),
  )
}

function sumOf(nodes: readonly JobNode[]): PieceCounts {
  const sum = (of: (counts: PieceCounts) => number | undefined) =>
    nodes.reduce((total, { counts }) => total + ((counts && of(counts)) ?? 0), 0)
  const skipped = sum((counts) => counts.skipped)
  return { rows: sum(({ rows }) => rows), ...(skipped > 0 && { skipped }) }
}

async function subjectOf({ registry, store }: AttemptContext, { resource, options }: OutputContext) {
  const described = await registry.kind(resource.kind).describe(resource, store.database)
  return { resource, options, ...(described && { name: described.name }) }
}

async function* checked(
  { name }: Output,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    signal.throwIfAborted()
    if (!(chunk instanceof Uint8Array))
      throw new PieceworkError('internal', `The output "${name}" has made something that is no Uint8Array.`)
    yield chunk
  }
}
