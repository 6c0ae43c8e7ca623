import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { Validator } from '@seriousme/openapi-schema-validator'
import createClient from 'openapi-fetch'
import openapiTS, { astToString } from 'openapi-typescript'
import { suite } from 'uvu'
import { jobStateModel } from '#internal/views/models.js'
import type { paths } from './openapi/client-schema.js'
import { address, startWorld, type World } from './support/world.js'

const test = suite('openapi')

let world: World & { close(): Promise<void> }
test.before(async () => {
  world = await startWorld('node')
})
test.after(() => world.close())

interface OpenApi {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
}

const documentOf = async ({ call }: World): Promise<OpenApi> => {
  const response = await call('openapi.json', { as: '' })
  assert.equal(response.status, 200)
  return (await response.json()) as OpenApi
}

test('the description is OpenAPI 3.1, as a public validator has it', async () => {
  const document = await documentOf(world)
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
  assert.ok(valid, JSON.stringify(errors))
  assert.match(document.openapi, /^3\.1\./)
  assert.deepEqual(document.servers, [{ url: address }])
  const wrong = { ...document, paths: { '/x': { get: { responses: 7 } } } }
  assert.ok(!(await new Validator().validate(wrong as never)).valid)
})

test('every route is described once, under a name of its own', async () => {
  const { paths: described } = await documentOf(world)
  const operations = Object.values(described).flatMap((one) => Object.values(one))
  const names = operations.map(({ operationId }) => operationId)
  assert.equal(new Set(names).size, names.length)
  for (const path of [
    '/books/{bookId}/export',
    '/books/{bookId}/exports',
    '/books/{bookId}/exports/{exportId}/archive',
    '/books/import',
    '/books/{bookId}/clone',
    '/books/{bookId}/chapters/{chapterId}/clone',
    '/books/{bookId}/status',
    '/books/{bookId}',
    '/books/import/notes',
    '/books/import/notes/{bookId}',
    '/books/import/notes/{bookId}/data-file',
    '/books/import/notes/{bookId}/data-file/{dataFileId}',
    '/books/import/notes/{bookId}/validate',
    '/books/import/notes/{bookId}/cancel',
    '/books/import/notes/{bookId}/validation-results',
    '/books/import/notes/{bookId}/grid',
    '/books/import/notes/{bookId}/again',
    '/books/{bookId}/grid',
    '/books/{bookId}/chapters/{chapterId}/grid',
    '/jobs',
    '/jobs/{jobId}',
    '/jobs/{jobId}/steps',
    '/jobs/{jobId}/findings',
    '/jobs/{jobId}/events',
    '/jobs/{jobId}/archive',
    '/jobs/{jobId}/follow-ups',
    '/jobs/{jobId}/cancel',
    '/jobs/{jobId}/retry',
    '/archives/inspect',
    '/archives/diff',
    '/health',
    '/openapi.json',
  ])
    assert.ok(described[path], path)
})

/** Routes of a pack that this host has not. */
const elsewhere = /^[A-Z]+ imagery\//

test('docs/http.md lists every route, and no other', async () => {
  const { paths: described } = await documentOf(world)
  const page = await readFile(new URL('../../../../docs/http.md', import.meta.url), 'utf8')
  const listed = [...page.matchAll(/^\| (GET|POST|PATCH|DELETE) \| `([^`]+)`/gm)].map(
    ([, method, path = '']) => [method, path.replace(/:\w+/g, ':')].join(' '),
  )
  const made = Object.entries(described).flatMap(([path, methods]) => {
    const own = path
      .slice(1)
      .replace(/\{\w+\}/g, ':')
      .replace('books', 'projects')
      .replace('notes', 'legacy')
    return own.includes('chapters')
      ? []
      : Object.keys(methods).map((method) => `${method.toUpperCase()} ${own}`)
  })
  assert.deepEqual(made.sort(), listed.filter((route) => !elsewhere.test(route)).sort())
})

const source = new URL('../../test/openapi/client-schema.ts', import.meta.url)
/** Whatever a formatter does. */
const tokens = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/[\s;,|]+/g, '')
    .replace(/["']/g, '')

test('docs/http.md shows the state of a job as it is described', async () => {
  const page = await readFile(new URL('../../../../docs/http.md', import.meta.url), 'utf8')
  const [, shown = ''] = /^```json\n([\s\S]*?)```$/m.exec(page) ?? []
  const { job } = jobStateModel.parse(JSON.parse(shown), 'The page')
  assert.deepEqual([job.status, job.files.length], ['succeeded', 1])
})

test('the client that the next test uses is generated from it', async () => {
  const made = `${astToString(await openapiTS(JSON.stringify(await documentOf(world))))}`
  if (process.env.WRITE_CLIENT) await writeFile(source, made)
  const isNew = tokens(made) === tokens(await readFile(source, 'utf8'))
  assert.ok(isNew, 'run this file with WRITE_CLIENT=1, then `npm run format`')
})

test('a generated client walks from an export to its archive', async () => {
  const client = createClient<paths>({ baseUrl: world.url, headers: { authorization: 'Bearer ann' } })
  const params = { path: { bookId: 'b1' } }
  const { data: job, error } = await client.POST('/books/{bookId}/export', {
    params,
    body: { chapters: ['c1'] },
  })
  assert.ok(job, JSON.stringify(error))
  let status: string = job.status
  while (status !== 'succeeded') {
    const { data } = await client.GET('/jobs/{jobId}/events', {
      params: { path: { jobId: job.id }, header: { Prefer: 'wait=1' } },
      parseAs: 'json',
    })
    status = (data as unknown as { job: { status: string } }).job.status
  }
  const { data: exports } = await client.GET('/books/{bookId}/exports', { params })
  assert.equal(exports?.items[0]?.id, job.id)
  const { data: file, response } = await client.GET('/books/{bookId}/exports/{exportId}/archive', {
    params: { path: { bookId: 'b1', exportId: job.id } },
    parseAs: 'arrayBuffer',
  })
  assert.equal(file?.byteLength, exports?.items[0]?.files[0]?.size)
  assert.equal(response.headers.get('content-type'), 'application/zip')
  const refused = await client.POST('/books/{bookId}/export', {
    params: { path: { bookId: 'none' } },
    body: {},
  })
  assert.equal(refused.error?.code, 'resource-not-found')
})

test.run()
