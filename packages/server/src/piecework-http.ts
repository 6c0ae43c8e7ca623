import { setMaxListeners } from 'node:events'
import { check, checkOptions } from '@piecework/core/piece'
import { type FastifyForm, fastifyForm } from './forms/fastify-form.js'
import { type FetchForm, fetchForm } from './forms/fetch-form.js'
import { type KoaForm, koaForm } from './forms/koa-form.js'
import { type NestModule, type NestOptions, nestForm } from './forms/nest-form.js'
import { type NodeForm, nodeForm } from './forms/node-form.js'
import { createGuard, type HttpGuard } from './guard/guard.js'
import type { ResourceOf } from './guard/resource-of.js'
import { atMost } from './http/at-most.js'
import { createHandler } from './http/handler.js'
import { splitUrl } from './http/http-request.js'
import { createRouter } from './http/router.js'
import type { PieceworkHttpOptions } from './http-options.js'
import { httpSettings } from './http-settings.js'
import { placesOf } from './routes/places.js'
import { routesOf } from './routes/routes.js'

/** Piecework over HTTP, in the form that each framework takes. docs/http.md lists the routes. */
export interface PieceworkHttp {
  /** For Express, Connect and plain `node:http`. */
  readonly node: NodeForm
  readonly koa: KoaForm
  readonly fastify: FastifyForm
  /** For Hono, h3, Bun, Deno, Next. */
  readonly fetch: FetchForm
  /** A module whose controller runs behind the host's guards. Needs `@nestjs/common`. */
  nest(options?: NestOptions): NestModule
  /**
   * Refuses the host's own edits with 423 while a job holds their resource, and keeps jobs from it until the edit has
   * been answered. `resourceOf` gets what `principal` gets; undefined lets the request pass.
   */
  guard<Host = unknown>(resourceOf: ResourceOf<Host>): HttpGuard
  /** Ends all streams of events, for SIGTERM: a server that closes waits for what is open. */
  stop(): void
}

/** Throws `options-invalid` for paths that are reserved or given twice, and kinds and formats that no pack has. */
export function pieceworkHttp<Host = unknown>(options: PieceworkHttpOptions<Host>): PieceworkHttp {
  const settings = httpSettings(options)
  const { basePath, onError } = settings
  const stopping = new AbortController()
  // Each stream listens to it.
  setMaxListeners(0, stopping.signal)
  const onDisk = atMost(settings.limits.spools)
  const context = { ...settings, places: placesOf(settings), onDisk, stopping: stopping.signal }
  const router = createRouter(basePath, routesOf(context))
  const app = {
    basePath,
    paths: router.paths,
    match: (url: string, method: string) => router.match(splitUrl(url).path, method),
    answer: createHandler(settings),
    onError,
  }
  return {
    node: nodeForm(app),
    koa: koaForm(app),
    fastify: fastifyForm(app),
    fetch: fetchForm(app),
    nest: (given) =>
      nestForm(
        app,
        checkOptions('nest()', given, { guards: check.list(check.anything), path: check.string }),
      ),
    guard: (resourceOf) => createGuard(settings, resourceOf),
    stop: () => stopping.abort(),
  }
}
