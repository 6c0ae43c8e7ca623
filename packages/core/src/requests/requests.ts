import { allowInput } from '../access/allow-artifact.js'
import { allowResource } from '../access/allow-resource.js'
import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import { createClone } from './create-clone.js'
import { createExport } from './create-export.js'
import { createImport } from './create-import.js'
import { createInputJob } from './create-input-job.js'
import type { CloneRequest, ExportRequest } from './export-request.js'
import type { ImportRequest } from './import-request.js'
import type { RequestDeps } from './request-deps.js'
import type { KeyedRequest } from './request-key.js'

/**
 * Turns what a principal asks for into a stored job; with `tx` the job commits with the host's transaction.
 */
export interface Requests {
  export(request: ExportRequest, tx?: Queryable, retried?: Job): Promise<Job>
  clone(request: CloneRequest, tx?: Queryable, retried?: Job): Promise<Job>
  import(request: ImportRequest, tx?: Queryable): Promise<Job>
  validate(request: ImportRequest, tx?: Queryable): Promise<Job>
  /**
   * The same import or validation again, over the uploads of the one before. Throws `expired` when they are
   * gone.
   */
  again(retried: Job, request: KeyedRequest): Promise<Job>
}

export function createRequests(deps: RequestDeps): Requests {
  return {
    export: (request, tx, retried) => createExport(deps, request, tx, retried),
    clone: (request, tx, retried) => createClone(deps, request, tx, retried),
    import: (request, tx) => createImport(deps, 'import', request, tx),
    validate: (request, tx) => createImport(deps, 'validation', request, tx),
    again: (retried, request) => retryInput(deps, retried, request),
  }
}

async function retryInput(
  deps: RequestDeps,
  retried: Job,
  { principal, requestKey }: KeyedRequest,
): Promise<Job> {
  const { kind, request } = retried
  const { input } = request
  if (!input || (kind !== 'import' && kind !== 'validation'))
    throw new PieceworkError('internal', `Job ${retried.id} reads no input.`)
  await allowResource(deps.allow, principal, 'import', request.into)
  const id = deps.environment.uuid()
  await allowInput(deps, { ...retried, id, principal, retryOf: retried.id })
  const { priority } = retried
  const limits = deps.jobLimits({
    ...(priority !== undefined && { priority }),
    ...(requestKey && { requestKey }),
  })
  return createInputJob(deps, { id, kind, principal, input, request, ...limits }, { retried })
}
