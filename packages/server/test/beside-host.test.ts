import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Controller, Get, Module, Param, Patch } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { PieceworkHttp } from '@piecework/server'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { suite } from 'uvu'
import { problem } from './support/answers.js'
import { withWorld } from './support/world.js'

const test = suite("the host's own routes beside ours")
const item = '/api/v1/books/:id'

interface Beside {
  readonly server: Server
  close?(): Promise<void>
}

const at = (listener: RequestListener): Beside => ({ server: createServer(listener) })

/** Each framework with routes of its own for one book, which come after ours. */
const hosts: Readonly<Record<string, (http: PieceworkHttp) => Promise<Beside>>> = {
  express: async (http) => {
    const app = express().use('/api/v1', http.node)
    app.get(item, ({ params }, res) => void res.send(`get ${params.id}`))
    app.patch(item, ({ params }, res) => void res.send(`patch ${params.id}`))
    return at(app)
  },
  fastify: async (http) => {
    const app = fastify()
    await app.register(http.fastify)
    app.get<{ Params: { id: string } }>(item, async ({ params }) => `get ${params.id}`)
    app.patch<{ Params: { id: string } }>(item, async ({ params }) => `patch ${params.id}`)
    await app.ready()
    return { server: app.server, close: () => app.close() }
  },
  nest: async (http) => {
    class Books {
      get(id: string): string {
        return `get ${id}`
      }
      patch(id: string): string {
        return `patch ${id}`
      }
    }
    for (const [name, method] of [
      ['get', Get],
      ['patch', Patch],
    ] as const) {
      method(':id')(Books.prototype, name, Object.getOwnPropertyDescriptor(Books.prototype, name) ?? {})
      Param('id')(Books.prototype, name, 0)
    }
    Controller('api/v1/books')(Books)
    class App {}
    Module({ imports: [http.nest()], controllers: [Books] })(App)
    const app = await NestFactory.create(App, { logger: false })
    await app.init()
    return { server: app.getHttpServer() as Server, close: () => app.close() }
  },
  koa: async (http) => {
    const app = new Koa()
    app.use(http.koa)
    app.use(async (context) => {
      context.body = `${context.method.toLowerCase()} ${context.path.split('/').at(-1)}`
    })
    return at(app.callback())
  },
  hono: async (http) => {
    const app = new Hono()
    app.use('/api/v1/*', async (context, next) => (await http.fetch(context.req.raw, context)) ?? next())
    app.get(item, (context) => context.text(`get ${context.req.param('id')}`))
    app.patch(item, (context) => context.text(`patch ${context.req.param('id')}`))
    return at(getRequestListener(app.fetch))
  },
}

for (const [name, start] of Object.entries(hosts))
  test(`${name}: at the address of one resource only DELETE is ours`, () =>
    withWorld('node', async ({ http }) => {
      const { server, close } = await start(http)
      if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/books/b1`
      try {
        for (const method of ['GET', 'PATCH'])
          assert.equal(await (await fetch(url, { method })).text(), `${method.toLowerCase()} b1`)
        await problem(await fetch(url, { method: 'DELETE' }), 401, 'http/unauthenticated')
        await problem(await fetch(`${url}/export`), 405, 'http/method')
      } finally {
        server.closeAllConnections()
        if (close) await close()
        else server.close()
      }
    }))

test('a preflight is answered by whoever answers its request', () =>
  withWorld(
    'express',
    async ({ call }) => {
      const asked = (method: string) =>
        call('books/b1', {
          method: 'OPTIONS',
          headers: { origin: 'https://a.example.org', 'access-control-request-method': method },
        })
      assert.equal((await asked('DELETE')).headers.get('access-control-allow-methods'), 'DELETE, OPTIONS')
      assert.equal(await (await asked('PATCH')).text(), 'of the host')
    },
    { http: { allowedOrigins: ['https://a.example.org'] } },
  ))

test.run()
