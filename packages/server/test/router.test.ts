import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { suite } from 'uvu'
import { noContent } from '#internal/http/http-response.js'
import { type Method, route } from '#internal/http/route.js'
import { createRouter } from '#internal/http/router.js'

const test = suite('router')

const at = (method: Method, path: string) =>
  route({ method, path, operation: path, summary: '', answers: {}, handle: async () => noContent() })

test('a word that is written out comes before a name, whatever the order', () => {
  const paths = ['a/:id/:part', 'a/:id', ':any', 'a/import', 'a/import/:format', 'a', 'a/:id/status']
  for (const given of [paths, [...paths].reverse()]) {
    const router = createRouter(
      '/x',
      given.map((path) => at('GET', path)),
    )
    const found = (path: string) => router.match(path, 'GET')?.routes.get('GET')?.path
    assert.deepEqual(
      ['/x/a/import', '/x/a/7', '/x/a/import/status', '/x/a/7/status', '/x/a/7/8', '/x/a', '/x/b'].map(found),
      ['a/import', 'a/:id', 'a/import/:format', 'a/:id/status', 'a/:id/:part', 'a', ':any'],
    )
    assert.deepEqual(
      ['/x', '/x/', '/xa', '/y/a', '/x/a/7/8/9', '/x/a/', '/x//import'].map(found).map(String),
      [...Array.from({ length: 7 }, () => 'undefined')],
    )
  }
})

test('methods of one path are one place, and two routes for one are refused', () => {
  const router = createRouter('', [at('GET', 'a/:id'), at('POST', 'a/:other')])
  assert.deepEqual([...(router.match('/a/1', 'GET')?.routes.keys() ?? [])], ['GET', 'POST'])
  assert.throws(
    () => createRouter('', [at('GET', 'a/:id'), at('GET', 'a/:other')]),
    (error) => isPieceworkError(error, 'options-invalid'),
  )
})

test('names are decoded once; what cannot be stays as it is', () => {
  const router = createRouter('', [at('GET', ':id')])
  const id = (path: string) => router.match(path, 'GET')?.params.id
  assert.deepEqual(['/a%20b', '/%2e%2e', '/%252F', '/%', '/__proto__'].map(id), [
    'a b',
    '..',
    '%2F',
    '%',
    '__proto__',
  ])
})

test.run()
