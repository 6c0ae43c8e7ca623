import { type Download, type Job, PieceworkError, type Principal, type ResourceRef } from '@piecework/core'
import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { httpError } from '../problems/http-error.js'
import type { RouteContext } from '../routes/route-context.js'
import { rangeOf } from './byte-range.js'
import { isKnown, mayResume, mismatch } from './conditions.js'
import { fileHeaders } from './file-headers.js'

export interface DownloadQuery {
  readonly output?: string
  /** For whom it is, for the record. */
  readonly recipient?: string
}

interface CountedQuery extends DownloadQuery {
  /** Under whose name it is counted. Absent: the principal's. */
  readonly countedAs?: string
}

interface DownloadCall {
  readonly request: HttpRequest
  readonly principal: Principal
  readonly query: CountedQuery
}

/**
 * A file that an export has made, or the part of it that is asked for. Only a GET whose conditions hold counts as a
 * download and opens the bytes. `of`: the resource that it must be an export of. Throws `job-not-found`, `expired`,
 * `artifact-not-found`, `http/precondition`, `http/range`.
 */
export async function downloadFile(
  { piecework }: Pick<RouteContext, 'piecework'>,
  { request, principal, query }: DownloadCall,
  id: string,
  of?: ResourceRef,
): Promise<HttpResponse> {
  const { output, recipient, countedAs } = query
  const told: { answer?: Answer } = {}
  /** Which part of the file it is; what has no bytes, or is not to be had, ends the download here. */
  const range = (file: FileFacts, job: Job) => {
    if (of && !isExportOf(job, of))
      throw new PieceworkError('job-not-found', `There is no export ${id} of it.`)
    const answer = answerTo(request, file)
    told.answer = answer
    if (answer.kind === 'file') return answer.range
    throw answer.kind === 'error' ? answer.error : withoutBytes
  }
  const asked = {
    principal,
    range,
    signal: request.signal,
    ...(output !== undefined && { output }),
    ...(recipient !== undefined && { recipient }),
    ...(countedAs !== undefined && { countedAs }),
  }
  const bytes = await piecework.download(id, asked).then(
    (download) => download.bytes,
    (error: unknown) => {
      if (error === withoutBytes) return undefined
      throw error
    },
  )
  if (!told.answer || told.answer.kind === 'error') throw new Error('unreachable')
  return { ...told.answer.response, ...(bytes && { body: bytes }) }
}

const withoutBytes = new Error('Headers alone.')

type FileFacts = Pick<Download, 'size' | 'sha256' | 'mediaType' | 'fileName'>

function isExportOf({ kind, tree }: Job, resource: ResourceRef): boolean {
  // The id of the path may be another spelling of the same: core has listed the job under its own.
  return (
    kind === 'export' && tree.kind === resource.kind && tree.id.toLowerCase() === resource.id.toLowerCase()
  )
}

type Answer =
  | {
      readonly kind: 'file'
      readonly response: HttpResponse
      readonly range?: { start: number; end: number }
    }
  | { readonly kind: 'headers'; readonly response: HttpResponse }
  | { readonly kind: 'error'; readonly error: Error }

function answerTo({ method, headers }: HttpRequest, facts: FileFacts): Answer {
  const { size } = facts
  const etag = `"${facts.sha256}"`
  const error = mismatch(headers, etag)
  if (error) return { kind: 'error', error }
  if (isKnown(headers, etag))
    return {
      kind: 'headers',
      response: { status: 304, headers: { etag, 'cache-control': 'private, no-store' } },
    }
  const common = { ...fileHeaders(facts.mediaType, facts.fileName), etag, 'accept-ranges': 'bytes' }
  const whole = { status: 200, headers: { ...common, 'content-length': String(size) } }
  if (method === 'HEAD') return { kind: 'headers', response: whole }
  const range = mayResume(headers, etag) ? rangeOf(headers.get('range'), size) : 'whole'
  if (range === 'whole') return { kind: 'file', response: whole }
  if (range === 'none') return { kind: 'error', error: notInside(size) }
  const { start, end } = range
  return {
    kind: 'file',
    range,
    response: {
      status: 206,
      headers: {
        ...common,
        'content-length': String(end - start),
        'content-range': `bytes ${start}-${end - 1}/${size}`,
      },
    },
  }
}

function notInside(size: number): Error {
  return httpError('http/range', `The file has ${size} bytes.`, {
    headers: { 'content-range': `bytes */${size}`, 'accept-ranges': 'bytes' },
    facts: { size },
  })
}
