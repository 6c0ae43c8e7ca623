import assert from 'node:assert/strict'
import { isPieceworkError, PieceworkError } from '@piecework/core'
import { databaseError } from '@piecework/core/store'
import fc from 'fast-check'
import { suite } from 'uvu'
import { jobError } from '#internal/engine/job-error.js'

const test = suite('database errors')

const secret = 'geheim-4711'
const server = (code: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), {
    code,
    detail: `Failing row contains (${secret}).`,
    hint: secret,
    ...more,
  })
const node = {
  id: 'import project:1 project/features',
  piece: 'project/features',
  resource: { kind: 'project', id: '1' },
}

test('a refusal has the message of PostgreSQL, SQLSTATE, table, column and constraint, and no row', () => {
  const names = { schema: 'planning', table: 'features', column: 'name', constraint: 'features_name_key' }
  const error = databaseError(
    server('23505', 'duplicate key value violates unique constraint "features_name_key"', names),
  )
  assert.equal(
    error.message,
    'The database refused a statement: duplicate key value violates unique constraint "features_name_key" ' +
      '(SQLSTATE 23505, table "features", column "name", constraint "features_name_key").',
  )
  assert.deepEqual(error.facts, { sqlState: '23505', ...names })
  assert.equal((error.cause as { detail?: string }).detail, `Failing row contains (${secret}).`)
  assert.equal(error.retryable, false)
})

test('the error of a job names the piece and the resource, whichever driver the piece uses', () => {
  const thrown = server('23502', 'null value in column "name" violates not-null constraint', {
    column: 'name',
  })
  for (const error of [thrown, databaseError(thrown)]) {
    assert.deepEqual(jobError(error, node), {
      code: 'database',
      message:
        'Piece "project/features" of project 1: The database refused a statement: ' +
        'null value in column "name" violates not-null constraint (SQLSTATE 23502, column "name").',
      node: node.id,
      retryable: false,
    })
  }
  assert.match(jobError(thrown, { id: 'finish' }).message, /^Step "finish": The database refused/)
})

const values: readonly (readonly [string, string, string])[] = [
  [
    '22P02',
    `invalid input syntax for type integer: "${secret}"`,
    'invalid input syntax for type integer: "…"',
  ],
  ['22P02', `ungültige Eingabesyntax für Typ integer: »x«: „${secret}“`, '„'],
  [
    '22003',
    `value "${secret}" is out of range for type integer`,
    'value "…" is out of range for type integer',
  ],
  ['22P04', 'missing data for column "puid"', 'missing data for column "puid"'],
  ['22P02', `invalid input syntax for type json: "a "${secret}`, 'invalid input syntax for type json: "…"'],
  [
    '22003',
    `value "1"${secret}" is out of range for type integer`,
    'value "…" is out of range for type integer',
  ],
  ['22P02', `invalid input value for enum mood: "${secret}"`, 'invalid input value for enum mood: "…"'],
]
for (const [code, message, kept] of values) {
  test(`no value of a row is repeated: ${message.replace(secret, '…')}`, () => {
    const error = databaseError(server(code, message))
    assert.ok(!error.message.includes(secret), error.message)
    if (kept !== '„') assert.ok(error.message.includes(kept), error.message)
    assert.ok(!JSON.stringify(error.facts).includes(secret))
  })
}

test('no value is repeated whatever stands in it', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('"', "'", '»', '“', ''), (text, quote) => {
      const value = `${text}${quote}${secret}${quote}${text}`
      const { message } = databaseError(server('22P02', `invalid input syntax for type integer: "${value}"`))
      assert.ok(!message.includes(secret), message)
    }),
    {
      examples: [
        ['"', '"'],
        ['', '"'],
        ['"x": "', ''],
      ],
    },
  )
})

const connections: readonly (readonly [string, object, RegExp, boolean])[] = [
  [
    'a wrong password',
    server('28P01', `password authentication failed for user "${secret}"`),
    /user or password is not accepted \(SQLSTATE 28P01\)/,
    false,
  ],
  [
    'a host that may not connect',
    server('28000', `no pg_hba.conf entry for host "${secret}"`),
    /not accepted/,
    false,
  ],
  ['an unknown database', server('3D000', `database "${secret}" does not exist`), /no such database/, false],
  [
    'an unknown host',
    Object.assign(new Error(`getaddrinfo ENOTFOUND ${secret}`), { code: 'ENOTFOUND', hostname: secret }),
    /host is not known \(ENOTFOUND\)/,
    true,
  ],
  [
    'nothing there on either address',
    Object.assign(
      new AggregateError([
        Object.assign(new Error(`connect ECONNREFUSED ::1:${secret}`), { code: 'ECONNREFUSED' }),
        Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      ]),
      { code: 'ECONNREFUSED' },
    ),
    /failed: nothing listens at its address \(ECONNREFUSED\)\.$/,
    true,
  ],
  [
    'two addresses without a code of their own',
    new AggregateError([
      Object.assign(new Error(secret), { code: 'ECONNREFUSED' }),
      Object.assign(new Error(secret), { code: 'ENETUNREACH' }),
    ]),
    /\(ECONNREFUSED\), .*\(ENETUNREACH\)/,
    true,
  ],
  [
    'a bad URL',
    Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: secret }),
    /not a URL/,
    false,
  ],
  ['a full pool', new Error('timeout exceeded when trying to connect'), /none was free in time/, true],
  ['what is not known', new Error(secret), /^The connection to the database failed\.$/, true],
]
for (const [what, cause, message, retryable] of connections) {
  test(`a connection that fails says why, and no secret: ${what}`, () => {
    const error = databaseError(cause)
    assert.match(error.message, message)
    assert.ok(!`${error.message} ${JSON.stringify(error.facts)}`.includes(secret))
    assert.ok(!JSON.stringify(jobError(error, node)).includes(secret))
    assert.equal(error.retryable, retryable)
    if (what === 'a bad URL') assert.equal(error.cause, undefined)
  })
}

const ended: readonly (readonly [string, string, string, boolean])[] = [
  ['57014', 'canceling statement due to statement timeout', 'statement_timeout', false],
  ['55P03', 'canceling statement due to lock timeout', 'lock_timeout', true],
  [
    '25P03',
    'terminating connection due to idle-in-transaction timeout',
    'idle_in_transaction_session_timeout',
    true,
  ],
  ['25P04', 'terminating connection due to transaction timeout', 'transaction_timeout', true],
  ['57P05', 'terminating connection due to idle-session timeout', 'idle_session_timeout', true],
  ['25P03', 'Verbindung wird abgebrochen', 'idle_in_transaction_session_timeout', true],
]
for (const [code, message, setting, retryable] of ended) {
  test(`what a setting has ended is told with its name: ${setting}, "${message}"`, () => {
    const error = databaseError(server(code, message))
    assert.match(error.message, new RegExp(`the setting ${setting} of the role`))
    assert.equal(error.retryable, retryable)
  })
}

test('a statement that was cancelled, and a lock that is not waited for, are of no setting', () => {
  for (const [code, message] of [
    ['57014', 'canceling statement due to user request'],
    ['55P03', 'could not obtain lock on relation "x"'],
  ] as const)
    assert.doesNotMatch(databaseError(server(code, message)).message, /setting/)
})

test('errors of ours pass unchanged, and those of other programs are not repeated', () => {
  const ours = new PieceworkError('archive-invalid', 'Entry "x.csv" is empty.')
  assert.equal(databaseError(ours), ours)
  assert.equal(jobError(ours, node).message, 'Entry "x.csv" is empty.')
  const foreign = jobError(Object.assign(new Error(secret), { code: 'EPIPE' }), node)
  assert.deepEqual(foreign, {
    code: 'internal',
    message: 'Piece "project/features" of project 1 failed unexpectedly with EPIPE.',
    node: node.id,
    retryable: true,
  })
  assert.ok(isPieceworkError(databaseError('text'), 'database'))
})

test.run()
