import { randomUUID } from 'node:crypto'
import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Upload } from '../contracts/format.js'
import type { Job, JobInput, NewJob } from '../contracts/jobs.js'
import type { Piece } from '../contracts/piece.js'
import type { AccessPolicy, Action, Principal } from '../contracts/principal.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import { resourcePath } from '../guard/paths.js'
import { jobIds } from '../ids.js'
import { resourceName, walkTree } from '../plan/tree.js'
import { applicable, parseOptions } from './applicable.js'
import { checkInput } from './check-input.js'
import { cloneNodes, exportNodes, inputNodes } from './nodes.js'
import { notFound, readLine, readTree } from './source.js'
import { jobPrefix } from './staging.js'
import { checkRoles, type InputSource, receiveUpload, type UploadSource } from './uploads.js'
import type { Parts } from './work.js'

interface Asked {
  readonly principal: Principal
  /** By piece name. */
  readonly options?: Readonly<Record<string, unknown>>
}

export interface ExportRequest extends Asked {
  readonly resource: ResourceRef
  /** Those of the descendants that go along. Absent: all. */
  readonly children?: readonly ResourceRef[]
  /** Names of pieces to leave out. */
  readonly without?: readonly string[]
}

export interface CloneRequest extends ExportRequest {
  /** Absent: the source's name with " - copy", and a number where that is taken. */
  readonly name?: string
}

export type ImportRequest = Asked & {
  /** Absent: the name that the content carries. */
  readonly name?: string
  /** Parent of what is made, where it is not a root. */
  readonly into?: ResourceRef
} & (
    | { readonly archive: InputSource }
    /** A registered format and its files by role. */
    | { readonly format: string; readonly uploads: Readonly<Record<string, UploadSource>> }
  )

/** Turns what a principal asks for into a stored job; with `tx` the job commits with the host's transaction. */
export interface Requests {
  export(request: ExportRequest, tx?: Queryable): Promise<Job>
  clone(request: CloneRequest, tx?: Queryable): Promise<Job>
  import(request: ImportRequest, tx?: Queryable): Promise<Job>
  validate(request: ImportRequest, tx?: Queryable): Promise<Job>
}

export function createRequests(parts: Parts, access: AccessPolicy | undefined): Requests {
  const { store, registry } = parts

  const allow = async (
    principal: Principal,
    action: Action,
    resource: ResourceRef | undefined,
  ): Promise<void> => {
    if (!access || (await access.allows(principal, action, resource))) return
    throw new PieceworkError('forbidden', `This principal may not ${action.replace('-', ' ')} here.`)
  }

  /** The tree that goes along and the pieces of it that apply. */
  const choose = async (
    request: ExportRequest,
    jobId: string,
    db: Queryable,
    able: (piece: Piece) => boolean,
  ) => {
    const without = new Set(request.without)
    for (const name of without) {
      if (!registry.pieces.has(name))
        throw new PieceworkError('options-invalid', `There is no piece ${name}.`)
    }
    const options = parseOptions(registry.pieces.values(), request.options)
    const tree = await readTree(registry, db, request.resource, request.children)
    const pieces = [...registry.pieces.values()].filter((piece) => able(piece) && !without.has(piece.name))
    const { principal } = request
    return { options, tree, piecesOf: await applicable(tree, pieces, { jobId, principal, options, db }) }
  }

  const exportJob: Requests['export'] = async (request, tx) => {
    const { principal, resource } = request
    await allow(principal, 'export', resource)
    const db = tx ?? store.database
    const id = randomUUID()
    const { options, tree, piecesOf } = await choose(request, id, db, (piece) => piece.exporter !== undefined)
    const claims = [resourcePath(await readLine(registry, db, resource))]
    const nodes = exportNodes(tree, piecesOf)
    const asked = { options }
    const job = { id, kind: 'export' as const, tree, principal, request: asked, claims, ...nodes }
    return createUnchanged(job, request, tx)
  }

  const cloneJob: Requests['clone'] = async (request, tx) => {
    const { principal, resource } = request
    await allow(principal, 'clone-from', resource)
    const db = tx ?? store.database
    const id = randomUUID()
    const able = (piece: Piece) =>
      !piece.exportOnly && (!!piece.cloner || (!!piece.exporter && !!piece.importer))
    const { options, tree, piecesOf } = await choose(request, id, db, able)
    const line = await readLine(registry, db, resource)
    const above = line.slice(0, -1)
    const target = targetOf(id, tree)
    refuseShelless(tree)
    const described = await registry.kind(resource.kind).describe(resource, db)
    const named =
      request.name === undefined
        ? { name: `${described?.name ?? resource.id} - copy`, numberName: true as const }
        : { name: request.name }
    const claims = [resourcePath(line), resourcePath([...above, target])]
    const into = above.at(-1)
    const asked = { options, ...named, ...(into && { into }) }
    const nodes = cloneNodes(tree, piecesOf)
    const job = { id, kind: 'clone' as const, tree, target, principal, request: asked, claims, ...nodes }
    return createUnchanged(job, request, tx)
  }

  /** What was read before the claim was granted must still be so under it. */
  const createUnchanged = async (job: NewJob, request: ExportRequest, tx?: Queryable): Promise<Job> => {
    const created = await store.jobs.create(job, tx)
    const now = await readTree(registry, tx ?? store.database, request.resource, request.children).catch(
      () => undefined,
    )
    if (JSON.stringify(now) === JSON.stringify(job.tree)) return created
    if (!tx) await store.jobs.cancel(created.id)
    throw new PieceworkError(
      'resource-busy',
      `${resourceName(request.resource)} changed while it was asked for.`,
      {
        retryable: true,
      },
    )
  }

  const inputJob = async (
    kind: 'import' | 'validation',
    request: ImportRequest,
    tx?: Queryable,
  ): Promise<Job> => {
    const { principal, into, name } = request
    await allow(principal, 'import', into)
    const db = tx ?? store.database
    const id = randomUUID()
    try {
      const input = await receive(id, request)
      const { signal } = new AbortController()
      return await parts.inputs.use(id, input, signal, async (opened) => {
        const { tree } = opened
        checkInput(registry, input.format, opened)
        const line = await checkParent(tree, into, db)
        refuseShelless(tree)
        const target = targetOf(id, tree)
        const used = new Set(opened.nodes.map((node) => node.piece))
        const pieces = [...used].flatMap((piece) => registry.piece(input.format, piece) ?? [])
        const options = parseOptions(pieces, request.options)
        const claims = kind === 'import' ? [resourcePath([...line, target])] : []
        const nodes = inputNodes(registry, input.format, opened, kind)
        const asked = { options, input, ...(name !== undefined && { name }), ...(into && { into }) }
        return store.jobs.create({ id, kind, tree, target, principal, request: asked, claims, ...nodes }, tx)
      })
    } catch (error) {
      await parts.artifacts.delete(jobPrefix(id)).catch(() => undefined)
      throw error
    }
  }

  /** Files and streams go into the artifact store, where every worker finds them. */
  const receive = async (id: string, request: ImportRequest): Promise<JobInput> => {
    const format = parts.inputs.format('archive' in request ? 'archive' : request.format)
    const sources: Readonly<Record<string, UploadSource>> =
      'archive' in request ? { archive: request.archive } : request.uploads
    checkRoles(format, Object.keys(sources))
    const uploads: Upload[] = []
    for (const [index, [role, source]] of Object.entries(sources).entries()) {
      uploads.push(await receiveUpload(parts.artifacts, format, { job: id, id: String(index), role, source }))
    }
    return { format: format.name, uploads }
  }

  const targetOf = (job: string, tree: ResourceTree): ResourceRef => ({
    kind: tree.kind,
    id: jobIds(job).idOf(registry.kind(tree.kind).table, tree.id),
  })

  const checkParent = async (tree: ResourceTree, into: ResourceRef | undefined, db: Queryable) => {
    const { parent } = registry.kind(tree.kind)
    if (into?.kind !== parent) {
      const wanted = parent
        ? `goes into a ${parent}; "into" must name one`
        : 'is a root; "into" cannot hold it'
      throw new PieceworkError('options-invalid', `The ${tree.kind} of this input ${wanted}.`)
    }
    if (!into) return []
    if (!(await registry.kind(into.kind).describe(into, db))) throw notFound(into)
    return readLine(registry, db, into)
  }

  const refuseShelless = (tree: ResourceTree): void => {
    for (const { ref } of walkTree(tree)) {
      if (registry.kind(ref.kind).shell) continue
      throw new PieceworkError('unsupported', `Resources of the kind "${ref.kind}" can be exported only.`)
    }
  }

  return {
    export: exportJob,
    clone: cloneJob,
    import: (request, tx) => inputJob('import', request, tx),
    validate: (request, tx) => inputJob('validation', request, tx),
  }
}
