import type { Piecework, Principal } from '@piecework/core'
import { check, type OptionChecks, objectCheck, required } from '@piecework/core/piece'
import type { HttpExtension } from './http-extension.js'

/** Sizes in bytes, times in ms. */
export interface HttpLimits {
  /** Of a path with its query, in characters. Default 2048. */
  readonly pathLength?: number
  /** Names and values of all headers. Default 16 kB, which is Node's own limit, too. */
  readonly headerBytes?: number
  /** Default 1 MB. */
  readonly jsonBytes?: number
  /** Of an archive that is sent to be looked into or compared, which a temporary file holds meanwhile. Default 1 GB. */
  readonly spoolBytes?: number
  /**
   * Requests at a time that keep files on the temporary disk: such archives, and unsorted files that are sorted.
   * More are answered 503. Default 16.
   */
  readonly spools?: number
  /** Fields of a multipart body, all of them. Default 64 kB. */
  readonly fieldBytes?: number
  /** The longest wait for the next bytes of a body. Default 30 s. */
  readonly idleMs?: number
  /** The longest time that a JSON body may take. Default 15 s. */
  readonly jsonMs?: number
  /** Time between two comments of a stream of events. Default 15 s. */
  readonly heartbeatMs?: number
  /** The longest `Prefer: wait` that is granted. Default 60 s. */
  readonly waitMs?: number
  /** How long the store may take until `health` says 503. Default 2 s. */
  readonly healthMs?: number
}

type MaybePromise<T> = T | Promise<T>

export interface PieceworkHttpOptions<Host = unknown> {
  readonly piecework: Piecework
  /** Where the routes are on this server: `/api/v1`. Default: at its root. */
  readonly basePath?: string
  /** By kind, its segment in addresses: `{ project: 'projects' }`. Kinds without one have no routes. */
  readonly paths: Readonly<Record<string, string>>
  /** By name of a format, the segment of its uploads: `{ 'legacy-marxan': 'legacy' }`. Default: none. */
  readonly formats?: Readonly<Record<string, string>>
  /**
   * Address of this server as its clients have it, without the base path: `https://maps.example.org`. All addresses
   * in answers begin with it.
   */
  readonly publicUrl: string
  /**
   * Who asks. It gets what the framework gives its own handlers: the request of Express, Nest and Fastify, the
   * context of Koa, the second argument of `fetch`. Undefined, or anything false: 401.
   */
  principal(host: Host): MaybePromise<Principal | undefined | null | false | '' | 0>
  /** How one says who one is, in the header WWW-Authenticate of 401. Default `Bearer`. */
  readonly challenge?: string
  /** Names of follow-ups that requests may name. Default: none. */
  readonly followUps?: readonly string[]
  /** Origins whose pages may call: `https://www.example.org`. Default: none, and no CORS header is sent. */
  readonly allowedOrigins?: readonly string[]
  /** Routes of other packages, such as those of `@piecework/delivery`. Default: none. */
  readonly extensions?: readonly HttpExtension[]
  readonly limits?: HttpLimits
  /** What has failed on this side, which clients are not told. Default: the event `error` of the Piecework. */
  onError?(error: unknown): unknown
}

const limitChecks: OptionChecks<HttpLimits> = {
  pathLength: check.count,
  headerBytes: check.count,
  jsonBytes: check.count,
  spoolBytes: check.size,
  spools: check.count,
  fieldBytes: check.count,
  idleMs: check.count,
  jsonMs: check.count,
  heartbeatMs: check.count,
  waitMs: check.count,
  healthMs: check.count,
}

/** For `checkOptions`. */
export const httpChecks: OptionChecks<PieceworkHttpOptions<never>> = {
  piecework: required(check.having<Piecework>('a Piecework', 'export', 'watch', 'registered')),
  basePath: check.string,
  paths: required(check.record(check.text)),
  formats: check.record(check.text),
  publicUrl: required(check.text),
  principal: required(check.func<PieceworkHttpOptions<never>['principal']>()),
  challenge: check.text,
  followUps: check.list(check.text),
  allowedOrigins: check.list(check.text),
  extensions: check.list(check.having<HttpExtension>('an extension', 'segments', 'routes')),
  limits: objectCheck(limitChecks),
  onError: check.func<NonNullable<PieceworkHttpOptions['onError']>>(),
}

/** What people expect, and what there is. */
export const httpInstead = {
  prefix: 'where the routes are is basePath',
  kinds: 'kinds and their segments are paths: { project: "projects" }',
  routes: 'kinds and their segments are paths: { project: "projects" }',
  cors: 'other origins are allowedOrigins: ["https://www.example.org"]',
  url: 'the address that clients have is publicUrl',
  baseUrl: 'the address that clients have is publicUrl; where the routes are is basePath',
  user: 'who asks is principal: (host) => host.user && { id: host.user.id }',
  auth: 'who asks is principal: (host) => host.user && { id: host.user.id }',
} as const
