import type { Principal } from '@piecework/core'
import type { RequestKey } from '@piecework/core/store'
import type { HttpRequest } from './http-request.js'
import type { HttpResponse } from './http-response.js'
import type { Model } from './model.js'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** A request that has been understood. */
interface Call<Query = unknown, Body = unknown> {
  readonly request: HttpRequest
  /** Of the path, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  readonly principal: Principal
  /** Of the `Idempotency-Key`, if the route takes one and there is one. */
  readonly keyed: { readonly requestKey?: RequestKey }
}

/** What comes as bytes: by media type, what each is. */
interface UploadDescription {
  readonly types: readonly string[]
  /** Fields of `multipart/form-data`, before the file. Absent: multipart is not taken. */
  readonly fields?: Model<unknown>
  /** JSON instead of bytes. */
  readonly reference?: Model<unknown>
}

export interface AnswerDescription {
  readonly description: string
  readonly model?: Model<unknown>
  /** Of anything but JSON. */
  readonly mediaType?: string
}

export interface RouteSpec<Query, Body> {
  readonly method: Method
  /** Below the base path, `:name` takes one segment: `projects/:projectId/export`. */
  readonly path: string
  /** `exportProject`: its name in clients. */
  readonly operation: string
  readonly summary: string
  /** The host has routes of its own at this path: its other methods are none of ours. */
  readonly besideHost?: true
  /** No principal is needed. */
  readonly isPublic?: true
  readonly query?: Model<Query>
  /** By name, what a header of a request is for. */
  readonly headers?: Readonly<Record<string, string>>
  /** JSON; `{}` if there is none. */
  readonly body?: Model<Body>
  /** The handler reads the body by itself. */
  readonly upload?: UploadDescription
  /** It is one of tus, or creates an upload of tus. */
  readonly isTus?: true
  /**
   * What of it a repeated request makes: with an `Idempotency-Key` one job; `nothing`, of what can be asked any number of
   * times. Absent: a POST takes no such key.
   */
  readonly again?: 'one-job' | 'nothing'
  /** By status, when all is well. */
  readonly answers: Readonly<Record<number, AnswerDescription>>
  handle(call: Call<Query, Body>): Promise<HttpResponse>
}

/** A route whose query and body have been checked by their models. */
export type Route = RouteSpec<unknown, unknown>

/** The models decide what `handle` gets. */
export function route<Query = Readonly<Record<never, never>>, Body = undefined>(
  spec: RouteSpec<Query, Body>,
): Route {
  return spec as unknown as Route
}
