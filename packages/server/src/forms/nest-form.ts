import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { answerNode } from './answer-node.js'
import type { App } from './app.js'
import { nodeMethod, nodeUrl } from './node-request.js'

export interface NestOptions {
  /** Classes or instances of guards; they run before `principal` is asked. Default: none but the global ones. */
  readonly guards?: readonly unknown[]
  /** Of the controller, below the global prefix of the application. Default: the base path. */
  readonly path?: string
}

/** A dynamic module. */
export interface NestModule {
  readonly module: new () => object
  readonly controllers: (new () => object)[]
}

type ClassDecorator = (target: new () => object) => void
type MethodDecorator = (target: object, name: string, descriptor: PropertyDescriptor) => void
type ParameterDecorator = (target: object, name: string, index: number) => void

interface NestCommon {
  Controller(path: string): ClassDecorator
  Module(metadata: object): ClassDecorator
  UseGuards(...guards: readonly unknown[]): ClassDecorator
  RequestMapping(route: { readonly path: readonly string[]; readonly method: number }): MethodDecorator
  readonly RequestMethod: Readonly<Record<string, number>>
  Req(): ParameterDecorator
  Res(): ParameterDecorator
}

interface NestRequest extends IncomingMessage {
  readonly body?: unknown
}

/**
 * A module with two controllers on Nest's Express platform: before routes that need no principal the guards do not stand. Decorators are applied as functions: they need no compiler
 * option, here or in the host. Paths that the host has, too, are mapped by method: a controller passes nothing on.
 */
export function nestForm(app: App, { guards = [], path: mount = app.basePath }: NestOptions): NestModule {
  const nest = nestCommon()
  const answer = (req: NestRequest, res: ServerResponse): Promise<void> | undefined => {
    const match = app.match(nodeUrl(req), nodeMethod(req))
    if (match) return answerNode(app, match, { req, res, host: req, parsed: req.body })
    res.statusCode = 404
    res.end()
    return undefined
  }
  const route = (controller: new () => object, paths: App['paths']): void => {
    for (const [method, path] of pathsByMethod(paths)) {
      // Decorators keep what they know with the function: each mapping needs its own.
      const value = (req: NestRequest, res: ServerResponse) => answer(req, res)
      mapped(nest, controller.prototype, { name: `answer${method}`, value, method, path })
    }
    nest.Controller(mount)(controller)
  }
  class PieceworkController {}
  class PublicPieceworkController {}
  class PieceworkModule {}
  route(
    PieceworkController,
    app.paths.filter(({ isPublic }) => !isPublic),
  )
  route(
    PublicPieceworkController,
    app.paths.filter(({ isPublic }) => isPublic),
  )
  if (guards.length > 0) nest.UseGuards(...guards)(PieceworkController)
  nest.Module({})(PieceworkModule)
  // The public ones first: a parameter of a guarded path must not take theirs.
  return { module: PieceworkModule, controllers: [PublicPieceworkController, PieceworkController] }
}

interface Mapping {
  readonly name: string
  readonly value: object
  readonly method: string
  readonly path: readonly string[]
}

/** A method of the controller for one of HTTP, or for `ALL`. */
function mapped(nest: NestCommon, prototype: object, { name, value, method, path }: Mapping): void {
  const descriptor = { value, configurable: true, writable: true }
  Object.defineProperty(prototype, name, descriptor)
  nest.RequestMapping({ path, method: nest.RequestMethod[method] as number })(prototype, name, descriptor)
  nest.Req()(prototype, name, 0)
  nest.Res()(prototype, name, 1)
}

function pathsByMethod(paths: App['paths']): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { path, methods = ['ALL'] } of paths)
    for (const method of methods) found.set(method, [...(found.get(method) ?? []), path])
  return found
}

/** Of the host, which has it, and the same copy. */
export function nestCommon(): NestCommon {
  const require = createRequire(import.meta.url)
  return require('@nestjs/common') as NestCommon
}
