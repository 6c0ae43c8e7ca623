import assert from 'node:assert/strict'
import { createPiecework, isPieceworkError } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'
import { Shelf } from './support/shelf.js'

const test = suite('options: server')

const piecework = createPiecework({ packs: [new Shelf().pack()], runtime: inProcess() })
const limits = {
  pathLength: 100,
  headerBytes: 100,
  jsonBytes: 100,
  spoolBytes: 100,
  spools: 100,
  fieldBytes: 100,
  idleMs: 100,
  jsonMs: 100,
  heartbeatMs: 100,
  waitMs: 100,
  healthMs: 100,
}
const options = () => ({
  piecework,
  basePath: '/api',
  paths: { book: 'books', chapter: 'chapters' },
  formats: { 'plain-notes': 'notes' },
  publicUrl: 'https://books.example.org',
  principal: () => undefined,
  challenge: 'Bearer realm="books"',
  followUps: ['email'],
  allowedOrigins: ['https://www.example.org'],
  limits: { ...limits },
  onError: () => undefined,
})

optionTests(test, [
  {
    name: 'pieceworkHttp()',
    options,
    call: pieceworkHttp,
    free: ['paths', 'formats'],
    opaque: ['piecework'],
    wrong: {
      piecework: [{}, undefined],
      basePath: [7],
      paths: ['books', undefined],
      publicUrl: [7, undefined, ''],
      principal: [{}, undefined],
      challenge: [7, ''],
      followUps: ['email'],
      allowedOrigins: ['https://a.example.org'],
      limits: [7],
      ...Object.fromEntries(Object.keys(limits).map((name) => [`limits.${name}`, [0, '1', 1.5]])),
      onError: ['log'],
    },
  },
])

const refused = (changed: object, words: RegExp) =>
  assert.throws(
    () => pieceworkHttp({ ...options(), ...changed }),
    (error) => isPieceworkError(error, 'options-invalid') && words.test(error.message),
  )

test('paths: words of our own, segments given twice and kinds that no pack has are refused at the start', () => {
  const words = ['import', 'jobs', 'archives', 'health', 'openapi.json', 'ui', 'uploads', 'exports', 'status']
  for (const segment of words) refused({ paths: { book: segment }, formats: {} }, /reserved/)
  refused({ paths: { book: 'Jobs' }, formats: {} }, /reserved/)
  refused({ paths: { book: 'a', chapter: 'a' }, formats: {} }, /twice/)
  refused({ paths: { book: 'books', chapter: 'options' }, formats: {} }, /is a field/)
  refused({ paths: { book: 'books', map: 'maps' } }, /no pack has the kind "map"/)
  refused({ paths: { chapter: 'chapters' }, formats: {} }, /need the kind "book"/)
  for (const segment of ['a/b', '..', 'a b', ':id', 'ä'])
    refused({ paths: { book: segment }, formats: {} }, /no segment/)
})

test('formats: only those that have drafts, of kinds that have a path', () => {
  refused({ formats: { other: 'other' } }, /no pack has the format "other"/)
  refused({ formats: { archive: 'zip' } }, /no drafts/)
  refused({ formats: { 'plain-notes': 'import' } }, /reserved/)
})

test('addresses: an origin is one, and publicUrl is of http', () => {
  for (const publicUrl of [
    'books.example.org',
    'ftp://example.org',
    'https://a:b@example.org',
    'https://a?b=c',
  ])
    refused({ publicUrl }, /publicUrl/)
  for (const origin of ['https://www.example.org/', 'www.example.org', '*', 'null'])
    refused({ allowedOrigins: [origin] }, /allowedOrigins/)
  for (const basePath of ['api', '/a b', '/:id', '/a?b']) refused({ basePath }, /basePath/)
})

test('challenge: a header has one line, and is what 401 says', async () => {
  for (const challenge of ['Bearer\nx: y', 'Bearer ä', ' ']) refused({ challenge }, /challenge/)
  const http = pieceworkHttp(options())
  const answer = await http.fetch(new Request('https://books.example.org/api/jobs'))
  assert.deepEqual([answer?.status, answer?.headers.get('www-authenticate')], [401, 'Bearer realm="books"'])
})

test('nest() takes its options, and no others', () => {
  const http = pieceworkHttp(options())
  assert.throws(() => http.nest({ guard: [] } as never), /did you mean "guards"/)
})

test.run()
