import 'reflect-metadata'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type CanActivate, type ExecutionContext, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { PieceworkHttp } from '@piecework/server'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import bodyParser from 'koa-bodyparser'
import { type User, userOf } from './user-of.js'

export interface HostApp {
  readonly port: number
  close(): Promise<void>
}

type StartHost = (http: PieceworkHttp, basePath: string) => Promise<HostApp>

const known = (req: IncomingMessage) => Object.assign(req, { user: userOf(req.headers.authorization) })

async function listening(server: Server): Promise<HostApp> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Each framework with its usual body parser and an authentication before Piecework. */
export const hosts = {
  express: async (http, basePath) => {
    const app = express()
    app.use(express.json())
    app.use((req, _res, next) => {
      known(req)
      next()
    })
    app.use(basePath, http.node)
    app.use((_req, res) => void res.status(404).send('of the host'))
    return listening(createServer(app))
  },
  fastify: async (http) => {
    const app = fastify()
    app.addHook('onRequest', async (request) => {
      Object.assign(request, { user: userOf(request.headers.authorization) })
    })
    app.setNotFoundHandler(async (_request, reply) => reply.code(404).send('of the host'))
    await app.register(http.fastify)
    await app.ready()
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    return {
      port,
      close: async () => {
        app.server.closeAllConnections()
        await app.close()
      },
    }
  },
  nest: async (http) => {
    class UserGuard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        known(context.switchToHttp().getRequest<IncomingMessage>())
        return true
      }
    }
    class App {}
    Module({ imports: [http.nest({ guards: [UserGuard] })] })(App)
    const app = await NestFactory.create(App, { logger: false })
    await app.listen(0, '127.0.0.1')
    const server = app.getHttpServer() as Server
    return {
      port: (server.address() as AddressInfo).port,
      close: async () => {
        server.closeAllConnections()
        await app.close()
      },
    }
  },
  koa: async (http) => {
    const app = new Koa()
    app.silent = true
    app.use(bodyParser())
    app.use(async (context, next) => {
      Object.assign(context, { user: userOf(context.get('authorization')) })
      await next()
    })
    app.use(http.koa)
    app.use(async (context) => {
      context.status = 404
      context.body = 'of the host'
    })
    return listening(createServer(app.callback()))
  },
  hono: async (http, basePath) => {
    const app = new Hono<{ Variables: { user: User | undefined } }>()
    app.use(async (context, next) => {
      context.set('user', userOf(context.req.header('authorization')))
      // What a validator of the host's does.
      if (context.req.header('content-type') === 'application/json')
        await context.req.json().catch(() => undefined)
      await next()
    })
    app.all(`${basePath}/*`, (context) => http.fetch(context.req.raw, context) ?? context.notFound())
    app.notFound((context) => context.text('of the host', 404))
    return listening(createServer(getRequestListener(app.fetch)))
  },
  node: async (http) =>
    listening(
      createServer((req, res) =>
        http.node(known(req), res, () => {
          res.statusCode = 404
          res.end('of the host')
        }),
      ),
    ),
} satisfies Record<string, StartHost>
