import { randomUUID } from 'node:crypto'
import type { Allow } from '../access/allow.js'
import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job, JobInput, JobRequest, NewJob } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { Upload } from '../contracts/upload.js'
import { resourcePath } from '../guard/paths.js'
import { parseOptions } from '../plan/applicable.js'
import { inputNodes } from '../plan/nodes.js'
import type { Registry } from '../plan/registry.js'
import { lineageOf, resourceNotFound } from '../plan/source.js'
import { assertKept, assertLive, ownerOf } from '../retention/expiry.js'
import { refuseShelless } from '../tasks/shells-of.js'
import { jobPrefix } from '../tasks/staging.js'
import { type EngineDeps, newRefOf } from '../tasks/work.js'
import { checkInput } from './check-input.js'
import type { RequestBase } from './export-request.js'
import { checkImport, type ImportRequest } from './import-request.js'
import type { UploadSource } from './input-source.js'
import type { JobLimits } from './job-limits.js'
import { checkRoles, receiveUpload } from './uploads.js'

/** Turns an input into a stored job; with `tx` the job commits with the host's transaction. */
export interface InputRequests {
  import(request: ImportRequest, tx?: Queryable): Promise<Job>
  validate(request: ImportRequest, tx?: Queryable): Promise<Job>
  /** The same import or validation again, over the uploads of the one before. Throws `expired` where they are gone. */
  again(retried: Job, principal: Principal): Promise<Job>
}

type Kind = 'import' | 'validation'

interface NewInputJob extends ReturnType<JobLimits> {
  readonly id: string
  readonly kind: Kind
  readonly principal: Principal
}

export function createInputRequests(parts: EngineDeps, allow: Allow, terms: JobLimits): InputRequests {
  const { store, registry } = parts

  const inputJob = async (kind: Kind, given: ImportRequest, tx?: Queryable): Promise<Job> => {
    const request = checkImport(kind === 'import' ? 'import()' : 'validate()', given)
    const { principal, into, name, keepUploads } = request
    const onTerms = terms(request)
    await allow(principal, 'import', into)
    const id = randomUUID()
    try {
      const input = await receive(id, request, tx)
      const asked = {
        options: request.options ?? {},
        input,
        ...(name !== undefined && { name }),
        ...(into && { into }),
        ...(keepUploads && { keepUploads }),
      }
      return await create({ id, kind, principal, ...onTerms }, asked, input, { ...(tx && { tx }) })
    } catch (error) {
      if (tx || (await isUnknown(id))) await parts.artifacts.delete(jobPrefix(id)).catch(() => undefined)
      throw error
    }
  }

  /** The answer to a commit can be lost: only what certainly has no job may go at once. */
  const isUnknown = async (id: string): Promise<boolean> => {
    try {
      return (await store.jobs.get(id)) === undefined
    } catch {
      return false
    }
  }

  const create = async (
    { id, kind, principal, ...onTerms }: NewInputJob,
    request: JobRequest,
    input: JobInput,
    { tx, retried }: { readonly tx?: Queryable; readonly retried?: Job },
  ): Promise<Job> => {
    const assertThere = async () => {
      for (const { artifact } of input.uploads) await assertLive(store, artifact, tx)
      if (retried) await assertKept(parts, retried)
    }
    const reads = [...new Set(input.uploads.flatMap(({ artifact }) => ownerOf(artifact) ?? []))].filter(
      (owner) => owner !== id,
    )
    await assertThere()
    const { options: asked } = request
    const { tree, options, ...planned } = retried
      ? await planInput(parts, id, kind, input, {}, asked)
      : await planInput(parts, id, kind, input, asked)
    const line = await checkParent(registry, tree, request.into, tx ?? store.database)
    const target = newRefOf(registry, { id }, tree)
    const job = await store.jobs.create(
      {
        id,
        kind,
        tree,
        target,
        principal,
        request: { ...request, options },
        ...onTerms,
        claims: kind === 'import' ? [resourcePath([...line, target])] : [],
        ...planned,
        ...(reads.length > 0 && { reads }),
        ...(retried && { retryOf: retried.id }),
      },
      tx,
    )
    // From now on nobody deletes what it reads; until now somebody may have.
    await assertThere().catch(async (error: unknown) => {
      if (!tx) await store.jobs.cancel(id)
      throw error
    })
    return job
  }

  /** Files and streams go into the artifact store, where every worker finds them. */
  const receive = async (id: string, request: ImportRequest, tx?: Queryable): Promise<JobInput> => {
    const format = parts.inputs.format('archive' in request ? 'archive' : request.format)
    const sources: Readonly<Record<string, UploadSource>> =
      'archive' in request ? { archive: request.archive } : request.uploads
    checkRoles(format, Object.keys(sources))
    for (const source of Object.values(sources)) {
      if ('artifact' in source) await assertLive(store, source.artifact, tx)
    }
    const uploads: Upload[] = []
    for (const [index, [role, source]] of Object.entries(sources).entries()) {
      uploads.push(await receiveUpload(parts.artifacts, format, { job: id, id: String(index), role, source }))
    }
    return { format: format.name, uploads }
  }

  return {
    import: (request, tx) => inputJob('import', request, tx),
    validate: (request, tx) => inputJob('validation', request, tx),
    again: async (retried, principal) => {
      const { kind, request } = retried
      if (!request.input || (kind !== 'import' && kind !== 'validation'))
        throw new PieceworkError('internal', `Job ${retried.id} reads no input.`)
      await allow(principal, 'import', request.into)
      return create({ id: randomUUID(), kind, principal, ...terms(retried) }, request, request.input, {
        retried,
      })
    },
  }
}

/** What a job over this input would run: its tree, its nodes and the options of its pieces. Those in `parsed` stay as they are. */
export function planInput(
  { inputs, registry }: EngineDeps,
  job: string,
  kind: 'import' | 'validation',
  input: JobInput,
  asked: RequestBase['options'],
  parsed: RequestBase['options'] = {},
): Promise<
  Pick<NewJob, 'tree' | 'nodes' | 'batches'> & { readonly options: NonNullable<RequestBase['options']> }
> {
  const { signal } = new AbortController()
  return inputs.use(job, input, signal, async (opened) => {
    const { tree } = opened
    checkInput(registry, input.format, opened)
    refuseShelless(registry, tree)
    const used = new Set(opened.nodes.map((node) => node.piece))
    const pieces = [...used].flatMap((piece) => registry.piece(input.format, piece) ?? [])
    const options = parseOptions(pieces, asked, parsed)
    return { tree, options, ...inputNodes(registry, input.format, opened, kind) }
  })
}

/** The line of what the tree goes into. Throws `options-invalid` where that is not what may hold it, `resource-not-found`. */
export async function checkParent(
  registry: Registry,
  tree: ResourceTree,
  into: ResourceRef | undefined,
  db: Queryable,
): Promise<readonly ResourceRef[]> {
  const { parent } = registry.kind(tree.kind)
  if (into?.kind !== parent) {
    const wanted = parent ? `goes into a ${parent}; "into" must name one` : 'is a root; "into" cannot hold it'
    throw new PieceworkError('options-invalid', `The ${tree.kind} of this input ${wanted}.`)
  }
  if (!into) return []
  if (!(await registry.kind(into.kind).describe(into, db))) throw resourceNotFound(into)
  return lineageOf(registry, db, into)
}
