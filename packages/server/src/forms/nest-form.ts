import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { answerNode } from './answer-node.js'
import type { App } from './app.js'
import { nodeUrl } from './node-request.js'

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
  All(paths: readonly string[]): MethodDecorator
  Req(): ParameterDecorator
  Res(): ParameterDecorator
}

interface NestRequest extends IncomingMessage {
  readonly body?: unknown
}

/**
 * A module with a controller on Nest's Express platform. Decorators are applied as functions: they need no compiler
 * option, here or in the host.
 */
export function nestForm(app: App, { guards = [], path = app.basePath }: NestOptions): NestModule {
  const nest = nestCommon()
  class PieceworkController {
    answer(req: NestRequest, res: ServerResponse): Promise<void> | undefined {
      const match = app.match(nodeUrl(req))
      if (match) return answerNode(app, match, { req, res, host: req, parsed: req.body })
      res.statusCode = 404
      res.end()
      return undefined
    }
  }
  class PieceworkModule {}
  const { prototype } = PieceworkController
  const answer = Object.getOwnPropertyDescriptor(prototype, 'answer') as PropertyDescriptor
  nest.All(app.paths)(prototype, 'answer', answer)
  nest.Req()(prototype, 'answer', 0)
  nest.Res()(prototype, 'answer', 1)
  nest.Controller(path)(PieceworkController)
  if (guards.length > 0) nest.UseGuards(...guards)(PieceworkController)
  nest.Module({})(PieceworkModule)
  return { module: PieceworkModule, controllers: [PieceworkController] }
}

/** Of the host, which has it, and the same copy. */
export function nestCommon(): NestCommon {
  const require = createRequire(import.meta.url)
  return require('@nestjs/common') as NestCommon
}
