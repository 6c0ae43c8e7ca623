import { hashed } from '../archive/hashed.js'
import type { NodeResult } from '../contracts/attempts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobOutput } from '../contracts/job-request.js'
import type { Output, OutputContext } from '../contracts/output.js'
import { notRegistered } from '../engine/missing-registration.js'
import { safeName } from '../outputs/safe-name.js'
import { zipForPeople } from '../outputs/zip-for-people.js'
import { type AttemptContext, pieceContext } from './attempt-context.js'
import { type MadeBytes, madeBytes, type ReusedOutput, reusedOutput } from './reuse-output.js'
import { stagedPieces } from './staged-pieces.js'
import { archivePrefix } from './staging.js'

/** Stores what the output's assembler makes, or what it has made for the job that is retried; its sha256 is of the bytes as they pass. */
export async function assembleOutput(
  attempt: AttemptContext,
  requested: JobOutput,
): Promise<NodeResult & { readonly output: MadeBytes }> {
  const { registry, environment, lease } = attempt
  const { job, node } = lease
  const output = registry.outputs.get(requested.name)
  if (!output) throw notRegistered(node, `output "${requested.name}"`)
  const context = await contextOf(attempt, output, requested)
  const fileName = safeName(output.fileName(await subjectOf(attempt, context)))
  const artifact = `${archivePrefix(job.id)}/${output.name}/${lease.fence}`
  const made =
    (await reusedOutput(attempt, requested, artifact)) ??
    (await stored(attempt, { output, context, artifact }))
  const { size, sha256, ...rest } = made
  const { name, mediaType } = output
  const expiresAt = new Date(environment.now() + attempt.archiveTtlMs)
  const kept = { name, artifact, size, sha256, mediaType, fileName, expiresAt }
  return { findings: attempt.findings.list(), ...rest, result: { outputs: [kept] }, output: madeBytes(kept) }
}

async function stored(
  { artifacts, bytes, signal }: AttemptContext,
  { output, context, artifact }: { output: Output; context: OutputContext; artifact: string },
): Promise<ReusedOutput> {
  const passing = hashed(bytes.of(checked(output, await output.assemble(context), signal)))
  const size = await artifacts.put(artifact, passing.bytes)
  return { size, sha256: passing.sha256() }
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
    pieces: await stagedPieces(attempt, output),
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
