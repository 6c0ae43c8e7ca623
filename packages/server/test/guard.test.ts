import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { Controller, Module, Post, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { ResourceRef } from '@piecework/core'
import type { HttpGuard } from '@piecework/server'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { suite } from 'uvu'
import { accepted, ended, problem } from './support/answers.js'
import { userOf } from './support/user-of.js'
import { type World, withWorld } from './support/world.js'

const test = suite('guard')

type Edit = () => Promise<void>

interface EditingHost {
  readonly url: string
  close(): Promise<void>
}

async function listening(server: Server): Promise<EditingHost> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const known = (req: IncomingMessage) => Object.assign(req, { user: userOf(req.headers.authorization) })

/** A host of each framework that edits a book at `/edit/:id`, behind the guard. */
const editing: Readonly<Record<string, (guard: HttpGuard, edit: Edit) => Promise<EditingHost>>> = {
  express: async (guard, edit) => {
    const app = express()
    app.use((req, _res, next) => {
      known(req)
      next()
    })
    app.all('/edit/:id', guard.node, async (_req, res) => {
      await edit()
      res.send('edited')
    })
    return listening(createServer(app))
  },
  koa: async (guard, edit) => {
    const app = new Koa()
    app.use(async (context, next) => {
      Object.assign(context, { user: userOf(context.get('authorization')) })
      await next()
    })
    app.use(guard.koa)
    app.use(async (context) => {
      await edit()
      context.body = 'edited'
    })
    return listening(createServer(app.callback()))
  },
  fastify: async (guard, edit) => {
    const app = fastify()
    app.addHook('onRequest', async (request) => {
      Object.assign(request, { user: userOf(request.headers.authorization) })
    })
    app.all('/edit/:id', { preHandler: guard.fastify }, async () => {
      await edit()
      return 'edited'
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, close: async () => app.close() }
  },
  hono: async (guard, edit) => {
    const app = new Hono<{ Variables: { user: unknown } }>()
    app.use(async (context, next) => {
      context.set('user', userOf(context.req.header('authorization')))
      await next()
    })
    app.use(
      '/edit/:id',
      async (context, next) => guard.fetch(context.req.raw, context, next) as Promise<Response>,
    )
    app.all('/edit/:id', async (context) => {
      await edit()
      return context.text('edited')
    })
    return listening(createServer(getRequestListener(app.fetch)))
  },
  node: async (guard, edit) =>
    listening(
      createServer((req, res) =>
        guard.node(known(req), res, () => {
          void edit().then(() => res.end('edited'))
        }),
      ),
    ),
  nest: async (guard, edit) => {
    class Edits {
      async edit(): Promise<string> {
        await edit()
        return 'edited'
      }
    }
    const own = Object.getOwnPropertyDescriptor(Edits.prototype, 'edit') as PropertyDescriptor
    Post('/edit/:id')(Edits.prototype, 'edit', own)
    UseGuards(
      { canActivate: (context) => Boolean(known(context.switchToHttp().getRequest())) },
      guard.nest,
    )(Edits)
    Controller()(Edits)
    class App {}
    Module({ controllers: [Edits] })(App)
    const app = await NestFactory.create(App, { logger: false })
    await app.listen(0, '127.0.0.1')
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, close: async () => app.close() }
  },
}

/** The same of what every framework gives. */
const bookOf = (host: { readonly url?: string; readonly req?: { readonly url?: string } }) => ({
  kind: 'book',
  id: (host.url ?? host.req?.url ?? '').split('/').at(-1) ?? '',
})

async function withEdits(
  form: string,
  use: (world: World, url: string, held: (open: Promise<void>) => void) => Promise<void>,
  resourceOf: (host: Parameters<typeof bookOf>[0]) => ResourceRef | Promise<ResourceRef> = bookOf,
): Promise<void> {
  await withWorld('node', async (world) => {
    let gate: Promise<void> = Promise.resolve()
    const host = await editing[form]?.(world.http.guard(resourceOf), () => gate)
    assert.ok(host)
    try {
      await use(world, host.url, (open) => {
        gate = open
      })
    } finally {
      await host.close()
    }
  })
}

const post = (url: string, id = 'b1', who = 'ann', signal: AbortSignal | null = null) =>
  fetch(`${url}/edit/${id}`, { method: 'POST', headers: { authorization: `Bearer ${who}` }, signal })

for (const form of Object.keys(editing)) {
  test(`${form}: the application's own edits are refused while a job holds the resource`, () =>
    withEdits(form, async (world, url) => {
      let open: () => void = () => undefined
      world.shelf.gate = new Promise((resolve) => {
        open = resolve
      })
      const { id } = await accepted(await world.call('books/b1/export', { json: {} }))
      const refused = await post(url)
      assert.equal(refused.headers.get('retry-after'), '5')
      const text = await refused.text()
      assert.equal(refused.status, 423, text)
      assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/)
      const said = JSON.parse(text) as { holder: { job: string }; code: string }
      assert.deepEqual([said.code, said.holder.job], ['resource-busy', id])
      assert.equal(await (await post(url, 'b2')).text(), 'edited')
      open()
      await ended(world, id)
      assert.equal(await (await post(url)).text(), 'edited')
      assert.deepEqual(world.errors, [])
    }))

  test(`${form}: no job begins until the edit has been answered`, () =>
    withEdits(form, async (world, url, held) => {
      let open: () => void = () => undefined
      held(
        new Promise((resolve) => {
          open = resolve
        }),
      )
      const edit = post(url)
      const { guard } = world.piecework
      const book = { kind: 'book', id: 'b1' }
      const holders = async () => (await guard.holders(book, { principal: { id: 'ann' } })).length
      while ((await holders()) === 0) await sleep(5)
      await problem(await world.call('books/b1/export', { json: {} }), 423, 'resource-busy')
      open()
      assert.equal(await (await edit).text(), 'edited')
      while ((await holders()) > 0) await sleep(5)
      await ended(world, (await accepted(await world.call('books/b1/export', { json: {} }))).id)
    }))

  test(`${form}: a client that leaves while the guard is asked leaves nothing held`, async () => {
    let asked: () => void = () => undefined
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    let go: () => void = () => undefined
    const slow = new Promise<void>((resolve) => {
      go = resolve
    })
    await withEdits(
      form,
      async ({ piecework, errors }, url) => {
        const leaving = new AbortController()
        const edit = post(url, 'b1', 'ann', leaving.signal)
        await isAsked
        leaving.abort()
        await assert.rejects(edit)
        await sleep(100)
        go()
        const holders = () =>
          piecework.guard.holders({ kind: 'book', id: 'b1' }, { principal: { id: 'ann' } })
        for (let at = 0; at < 500 && (await holders()).length > 0; at += 1) await sleep(10)
        const held = await holders()
        assert.deepEqual([held, errors], [[], []])
        assert.equal(await (await post(url)).text(), 'edited')
      },
      async (host) => {
        const book = bookOf(host)
        asked()
        await slow
        return book
      },
    )
  })

  test(`${form}: who may not edit is told so, or that there is none; what only reads passes`, () =>
    withEdits(form, async (_, url) => {
      assert.equal((await post(url, 'b1', 'bob')).status, 403)
      assert.equal((await post(url, 'b1', 'eve')).status, 404)
      assert.equal((await post(url, 'none')).status, 404)
      const unknown = await post(url, 'b1', '-')
      assert.deepEqual([unknown.status, unknown.headers.get('www-authenticate')], [401, 'Bearer'])
      if (form !== 'nest') assert.equal((await fetch(`${url}/edit/b1`)).status, 200)
    }))
}

test('what names no resource passes', () =>
  withWorld('node', async ({ http }) => {
    const { fetch: guarded } = http.guard(() => undefined)
    assert.equal(await guarded(new Request('http://a/x', { method: 'POST' })), undefined)
    const refusing = http.guard(() => ({ kind: 'book', id: 'none' }))
    const refused = await refusing.fetch<Response>(new Request('http://a/x', { method: 'POST' }))
    assert.equal(refused?.status, 401)
    await assert.rejects(
      http
        .guard(() => {
          throw new Error('of the host')
        })
        .fetch(new Request('http://a/x', { method: 'POST' })),
      /of the host/,
    )
  }))

test.run()
