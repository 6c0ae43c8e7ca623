import type { Action } from '../contracts/action.js'
import type { Queryable } from '../contracts/database.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { CloneRequest, ExportRequest } from '../requests/export-request.js'
import type { ImportRequest } from '../requests/import-request.js'
import type { Redeliver } from '../requests/redeliver.js'
import type { Requests } from '../requests/requests.js'
import type { Retry } from '../requests/retry.js'
import type { Recorder } from './recorder.js'

export interface RecordedRequests {
  export(request: ExportRequest, tx?: Queryable): Promise<Job>
  clone(request: CloneRequest, tx?: Queryable): Promise<Job>
  import(request: ImportRequest, tx?: Queryable): Promise<Job>
  validate(request: ImportRequest): Promise<Job>
  retry: Retry
  redeliver: Redeliver
}

interface Asking {
  readonly principal: Principal
  readonly recipient?: string
}

/** Requests that fail are recorded here; one that makes a job is recorded with that, in one step. */
export function recordedRequests(
  recorder: Recorder,
  requests: Requests,
  { retry, redeliver }: Pick<RecordedRequests, 'retry' | 'redeliver'>,
): RecordedRequests {
  const failing = (
    action: Action,
    work: Promise<Job>,
    request: Asking | undefined,
    about: { readonly resource?: ResourceRef | undefined; readonly job?: Pick<Job, 'id'> },
  ) => {
    const asked = { principal: request?.principal, recipient: request?.recipient }
    return recorder.failing({ ...about, ...asked, action }, work)
  }
  return {
    export: (request, tx) =>
      failing('export', requests.export(request, tx), request, { resource: request?.resource }),
    clone: (request, tx) =>
      failing('clone-from', requests.clone(request, tx), request, { resource: request?.resource }),
    import: (request, tx) =>
      failing('import', requests.import(request, tx), request, { resource: request?.into }),
    validate: (request) =>
      failing('import', requests.validate(request), request, { resource: request?.into }),
    retry: (id, request) => failing('retry', retry(id, request), request, { job: { id } }),
    redeliver: (id, request) => failing('deliver', redeliver(id, request), request, { job: { id } }),
  }
}
