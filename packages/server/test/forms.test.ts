import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ForbiddenException, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { PieceworkHttp } from '@piecework/server'
import express from 'express'
import { fastify } from 'fastify'
import Koa from 'koa'
import { suite } from 'uvu'
import { fetchResponse } from '#internal/forms/fetch-form.js'
import { jobModel } from '#internal/views/models.js'
import { answer, archiveOf, exported, form, problem } from './support/answers.js'
import { userOf } from './support/user-of.js'
import { withWorld } from './support/world.js'

const test = suite('forms: what only one framework has')

const bearer = { authorization: 'Bearer ann' }

async function served(
  handler: Parameters<typeof createServer>[1],
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const expressHost = (http: PieceworkHttp, ...before: express.RequestHandler[]) => {
  const app = express()
  for (const one of before) app.use(one)
  app.use((req, _res, next) => {
    Object.assign(req, { user: userOf(req.headers.authorization) })
    next()
  })
  app.use('/api/v1', http.node)
  return app
}

/** As multer with `any()` does: the form is read, and its fields are in `body`. */
const formReader: express.RequestHandler = (req, _res, next) => {
  if (!req.is('multipart/form-data')) return next()
  req.resume()
  req.on('end', () => {
    req.body = { name: 'Mine' }
    next()
  })
}

test('Express: an upload that another parser has read is an error that says what to do', () =>
  withWorld('node', ({ http, errors }) =>
    served(expressHost(http, formReader), async (url) => {
      const body = form({ name: 'Mine' }, 'PK')
      const response = await fetch(`${url}/api/v1/books/import`, { method: 'POST', body, headers: bearer })
      const { detail } = await problem(response, 500, 'http/consumed')
      assert.match(detail, /body parser of the application has read this upload.*application\/json only/)
      assert.equal(errors.length, 1)
    }),
  ))

test('Express: bytes that express.raw() has read are taken, for JSON and for archives', () =>
  withWorld('node', async (world) => {
    const archive = await archiveOf(world, await exported(world))
    await served(expressHost(world.http, express.raw({ type: () => true })), async (url) => {
      const send = (path: string, type: string, body: RequestInit['body']) =>
        fetch(`${url}/api/v1/${path}`, {
          method: 'POST',
          body: body ?? null,
          headers: { ...bearer, 'content-type': type },
        })
      await answer(await send('books/import', 'application/zip', archive as never), jobModel, 202)
      await answer(await send('books/b2/export', 'application/json', '{}'), jobModel, 202)
    })
  }))

test('Express: mounted in a router, addresses are those that came', () =>
  withWorld('node', ({ http }) => {
    const app = express()
    const router = express.Router()
    router.use('/v1', (req, res, next) => http.node(Object.assign(req, { user: { id: 'ann' } }), res, next))
    app.use('/api', router)
    app.use((_req, res) => void res.status(418).end())
    return served(app, async (url) => {
      assert.equal((await fetch(`${url}/api/v1/jobs`)).status, 200)
      assert.equal((await fetch(`${url}/v1/jobs`)).status, 418)
      assert.equal((await fetch(`${url}/api/v1/other`)).status, 418)
    })
  }))

test('Express: headers that other middleware has set are sent along', () =>
  withWorld('node', ({ http }) => {
    const own: express.RequestHandler = (_req, res, next) => {
      res.setHeader('x-own', 'yes')
      next()
    }
    return served(expressHost(http, own), async (url) => {
      assert.equal((await fetch(`${url}/api/v1/jobs`, { headers: bearer })).headers.get('x-own'), 'yes')
    })
  }))

test('Express: what the application has answered meanwhile stays as it is', () =>
  withWorld('node', (world) => {
    const impatient: express.RequestHandler = (_req, res, next) => {
      res.status(504).write('too ')
      setTimeout(() => res.end('late'), 50)
      next()
    }
    return served(expressHost(world.http, impatient), async (url) => {
      const response = await fetch(`${url}/api/v1/jobs`, { headers: bearer })
      assert.deepEqual([response.status, await response.text()], [504, 'too late'])
      assert.deepEqual(world.errors, [])
    })
  }))

test('plain node:http: without next, what is not ours is 404', () =>
  withWorld('node', ({ http }) =>
    served(http.node, async (url) => {
      assert.equal((await fetch(`${url}/other`)).status, 404)
      assert.equal((await fetch(`${url}/api/v1/health`)).status, 200)
    }),
  ))

test('Fastify: routes are concrete, and its own parsers stay as they are for the application', () =>
  withWorld('node', async (world) => {
    const app = fastify()
    const paths: string[] = []
    app.addHook('onRoute', ({ url }) => void paths.push(url))
    app.addHook('onRequest', async (request) => {
      Object.assign(request, { user: userOf(request.headers.authorization) })
    })
    app.addHook('onSend', async (_request, reply) => void reply.header('x-late', 'no'))
    app.addHook('onRequest', async (_request, reply) => void reply.header('x-own', 'yes'))
    await app.register(world.http.fastify)
    app.post('/own', async ({ body }) => body)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    try {
      assert.ok(paths.includes('/api/v1/books/:bookId/export'))
      assert.ok(paths.every((path) => !path.includes('*')))
      const json = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } }
      assert.deepEqual(await (await fetch(`${url}/own`, json)).json(), { a: 1 })
      const zip = { method: 'POST', body: 'PK', headers: { 'content-type': 'application/zip' } }
      assert.equal((await fetch(`${url}/own`, zip)).status, 415)
      assert.equal((await fetch(`${url}/api/v1/jobs`, { headers: bearer })).headers.get('x-own'), 'yes')
      assert.equal((await fetch(`${url}/api/v1/elsewhere`)).status, 404)
    } finally {
      app.server.closeAllConnections()
      await app.close()
    }
  }))

test('Fastify: registered below its own base path', () =>
  withWorld('node', async ({ http }) => {
    const app = fastify()
    await app.register(http.fastify, { prefix: '/api/v1' })
    const response = await app.inject({ url: '/api/v1/health' })
    assert.equal(response.statusCode, 200)
    await app.close()
  }))

async function nested(
  http: PieceworkHttp,
  options: object,
  use: (url: string) => Promise<void>,
  prefix?: string,
) {
  class App {}
  Module({ imports: [http.nest(options)] })(App)
  const app = await NestFactory.create(App, { logger: false })
  if (prefix) app.setGlobalPrefix(prefix)
  await app.listen(0, '127.0.0.1')
  const server = app.getHttpServer() as Server
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    await app.close()
  }
}

test("Nest: the host's guards run before anything of ours", () =>
  withWorld('node', ({ http }) => {
    let asked = 0
    const guard = {
      canActivate: () => {
        asked += 1
        throw new ForbiddenException('of the guard')
      },
    }
    return nested(http, { guards: [guard] }, async (url) => {
      const response = await fetch(`${url}/api/v1/jobs`, { headers: bearer })
      assert.deepEqual([response.status, asked], [403, 1])
      assert.match(await response.text(), /of the guard/)
    })
  }))

test('Nest: below a global prefix the controller has the rest of the path', () =>
  withWorld('node', ({ http }) =>
    nested(
      http,
      { path: 'v1' },
      async (url) => assert.equal((await fetch(`${url}/api/v1/health`)).status, 200),
      'api',
    ),
  ))

test('Koa: what comes before may add headers, and what comes after is not asked', () =>
  withWorld('node', ({ http }) => {
    const app = new Koa()
    let after = 0
    app.use(async (context, next) => {
      context.set('x-own', 'yes')
      await next()
    })
    app.use(http.koa)
    app.use(async () => {
      after += 1
    })
    return served(app.callback(), async (url) => {
      const response = await fetch(`${url}/api/v1/health`)
      assert.deepEqual([response.status, response.headers.get('x-own'), after], [200, 'yes', 0])
    })
  }))

test('fetch: a body is read as it is taken, and no sooner', async () => {
  let given = 0
  const body = (async function* () {
    for (;;) {
      given += 1
      yield Buffer.alloc(given)
    }
  })()
  const response = fetchResponse({ status: 200, headers: {}, body }, 'GET', () => undefined)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(given, 0)
  const reader = response.body?.getReader()
  await reader?.read()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(given, 1)
  await reader?.cancel()
})

test('fetch: what is not ours is undefined at once, and what is ours a promise', () =>
  withWorld('node', async ({ http }) => {
    assert.equal(http.fetch(new Request('http://a/elsewhere')), undefined)
    const response = http.fetch(new Request('http://a/api/v1/health'))
    assert.ok(response instanceof Promise)
    assert.equal((await response).status, 200)
    const used = new Request('http://a/api/v1/books/import', {
      method: 'POST',
      body: 'PK',
      headers: { 'content-type': 'application/zip', 'content-length': '2' },
    })
    await used.text()
    assert.equal((await http.fetch(used, { user: { id: 'ann' } }))?.status, 500)
    assert.equal(
      (await http.fetch(new Request('http://a/api/v1/jobs'), { user: { id: 'ann' } }))?.status,
      200,
    )
  }))

test.run()
