import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { type ErrorCode, type Finding, isPieceworkError, memoryStore, PieceworkError } from '@piecework/core'
import { resourceBusy, type Store } from '@piecework/core/store'
import { suite } from 'uvu'
import { problemOf, problemResponse } from '#internal/problems/problem.js'
import { shownFinding } from '#internal/problems/shown-finding.js'
import { shownStep } from '#internal/problems/shown-step.js'
import { statusOf } from '#internal/problems/statuses.js'
import { accepted, problem } from './support/answers.js'
import { withWorld } from './support/world.js'

const test = suite('problems')

test('what fails on this side is reported, and nothing of it is told', async () => {
  const inner = 'password=geheim at /srv/app.js:3'
  const cases: readonly [unknown, number, string][] = [
    [new Error(inner), 500, 'internal'],
    [new PieceworkError('internal', inner), 500, 'internal'],
    [new PieceworkError('database', inner, { retryable: true }), 500, 'internal'],
    [new PieceworkError('registry-invalid', inner), 500, 'internal'],
    [new PieceworkError('storage', inner), 503, 'storage'],
    [Object.assign(new Error(inner), { code: '42P01' }), 500, 'internal'],
    [inner, 500, 'internal'],
  ]
  for (const [error, status, code] of cases) {
    const { body, ...response } = problemResponse(error)
    assert.deepEqual([response.status, problemOf(error).code], [status, code])
    assert.ok(!String(body).includes('geheim') && !String(body).includes('/srv'))
  }
  const broken = { ...memoryStore() } as { -readonly [Room in keyof Store]: Store[Room] }
  const jobs = broken.jobs
  broken.jobs = { ...jobs, list: async () => Promise.reject(new Error(inner)) }
  await withWorld(
    'node',
    async ({ call, errors }) => {
      const said = await problem(await call('jobs'), 500, 'internal')
      assert.ok(!JSON.stringify(said).includes('geheim'))
      assert.equal((errors[0] as Error).message, inner)
      assert.equal((await call('health')).status, 503)
    },
    { piecework: { store: broken } },
  )
})

test('without onError, it is the event of the Piecework', async () => {
  const failing = async () => Promise.reject(new Error('no users'))
  await withWorld(
    'node',
    async ({ call, piecework }) => {
      const seen: unknown[] = []
      piecework.events.on('error', (error) => seen.push(error))
      await problem(await call('jobs'), 500, 'internal')
      assert.equal((seen[0] as Error).message, 'no users')
    },
    { http: { principal: failing, onError: undefined } as never },
  )
})

test('the status of each code', () => {
  const expected: Readonly<Record<string, number>> = {
    'options-invalid': 400,
    forbidden: 403,
    'job-not-found': 404,
    unsupported: 409,
    expired: 410,
    'upload-limit': 413,
    'validation-failed': 422,
    'resource-busy': 423,
    'too-many-jobs': 429,
    storage: 503,
    'http/unauthenticated': 401,
    'http/precondition': 412,
    'http/media-type': 415,
    'marxan/anything': 422,
  }
  for (const [code, status] of Object.entries(expected))
    assert.equal(statusOf(code as never).status, status, code)
  assert.equal(statusOf('toString' as never).status, 422)
})

test('docs/http.md lists every code of core and of HTTP with its status', async () => {
  const textOf = (path: string) => readFile(new URL(`../../../../${path}`, import.meta.url), 'utf8')
  const page = await textOf('docs/http.md')
  const sources = ['packages/core/src/contracts/errors.ts', 'packages/server/src/problems/http-error.ts']
  const codes = (await Promise.all(sources.map(textOf))).flatMap((text) =>
    [...text.matchAll(/^ {2}\| '([\w/-]+)'/gm)].map(([, code = '']) => code),
  )
  assert.ok(codes.length > 45 && codes.includes('resource-busy') && codes.includes('http/range'))
  for (const code of codes) {
    const { status } = statusOf(code as never)
    // What is ours is told as `internal`.
    assert.match(page, new RegExp(`^\\| ${status} \\|.*\`${code}\``, 'm'), code)
  }
})

test('what is wrong is told with file, line, hint and count', () => {
  const finding = {
    severity: 'error' as const,
    code: 'pack/bad',
    piece: 'p',
    file: 'pu.dat',
    line: 3,
    message: 'It is bad.',
    hint: 'Mend it.',
    count: 7,
  }
  const { findings } = problemOf(new PieceworkError('validation-failed', 'Errors.', { findings: [finding] }))
  assert.deepEqual(findings, [finding])
})

test('a finding that an error of this side has become says no more than the error', () => {
  const inner = 'Table secrets refused it.'
  const of = (code: ErrorCode, message = inner): Finding => ({ severity: 'error', code, piece: 'p', message })
  const findings = [of('core/database'), of('core/archive-invalid'), of('pack/bad')]
  const shown = findings.map(shownFinding).map(({ message }) => message)
  assert.deepEqual(shown, ['Something failed here.', inner, inner])
  const told = { step: `Mend this first: ${inner}`, error: undefined, files: [] }
  assert.equal(shownStep({ ...told, findings: [of('pack/bad')] }), told.step)
  assert.equal(
    shownStep({ ...told, findings: [of('core/database')] }),
    'Mend this first: Something failed here.',
  )
})

test('who is in the way is told with what kind of job it is, and since when', () => {
  const since = new Date(0)
  const { holder, retryable } = problemOf(resourceBusy('book:1', { id: 'j1', kind: 'export', since }))
  assert.deepEqual(holder, { job: 'j1', kind: 'export', since: since.toISOString() })
  assert.equal(retryable, true)
})

test('too many jobs are 429, and when to come again is said', () =>
  withWorld(
    'node',
    async ({ call, shelf }) => {
      let open: () => void = () => undefined
      shelf.gate = new Promise((resolve) => {
        open = resolve
      })
      await accepted(await call('books/b1/export', { json: {} }))
      const response = await call('books/b2/export', { json: {} })
      assert.equal(response.headers.get('retry-after'), '10')
      await problem(response, 429, 'too-many-jobs')
      open()
    },
    { piecework: { perPrincipal: { jobs: 1, whenFull: 'refuse' } } },
  ))

test('a refusal of the policy itself that fails is ours', () =>
  withWorld(
    'node',
    async ({ call }) => {
      const response = await call('books/b1/export', { json: {} })
      await problem(response, 500, 'internal')
    },
    { access: { allows: async () => Promise.reject(new Error('away')) } },
  ))

test('errors of another copy of the package are known', () => {
  assert.ok(isPieceworkError(new PieceworkError('expired', '')))
  assert.equal(problemOf(Object.assign(new PieceworkError('expired', 'Over.'))).status, 410)
})

test.run()
