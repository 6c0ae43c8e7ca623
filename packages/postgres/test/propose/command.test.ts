import assert from 'node:assert/strict'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { binary, command } from './written-proposal.js'

const test = needsServer(suite('piecework-check'))
let scratch: ScratchDatabase

const injected = 'x\n}); process.exit(9) //'

test.before(async () => {
  scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 1 })
  try {
    await pool.query(`
      CREATE TABLE boards (id uuid PRIMARY KEY, name text NOT NULL);
      CREATE SEQUENCE turning CYCLE;
      CREATE TABLE cards (id int PRIMARY KEY DEFAULT nextval('turning'), board_id uuid NOT NULL REFERENCES boards);
      CREATE TABLE ${pg.escapeIdentifier(`"${injected}`)} (
        id uuid PRIMARY KEY, ${pg.escapeIdentifier(`${injected}_id`)} uuid, board_id uuid REFERENCES boards
      );
      CREATE TABLE plain (id uuid PRIMARY KEY, name text);
      CREATE TABLE pairs (a int, b int, PRIMARY KEY (a, b));
      CREATE TABLE printed (board_ptr_id uuid PRIMARY KEY REFERENCES boards, copies int);
      CREATE SCHEMA other; CREATE TABLE other.shelves (id uuid PRIMARY KEY)`)
  } finally {
    await pool.end()
  }
})
test.after(() => scratch.drop())

test('--help says how it is used, and what is not known is refused by name', async () => {
  const help = await binary('--help')
  assert.equal(help.stderr, '')
  assert.match(help.stdout, /^Usage: piecework-check \[url\] --root <table>/)
  for (const [args, told] of [
    [[], /--root/],
    [['--root', ''], /--root/],
    [['--roots', 'x'], /roots/],
    [['postgres://a', 'postgres://b', '--root', 'x'], /one database/],
    [['mysql://x', '--root', 'x'], /postgres:/],
  ] as const) {
    const { code, stdout, stderr } = await command(args)
    assert.deepEqual([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, told)
  }
})

test('the address may come from the environment; the report is one document', async () => {
  const { code, stdout, stderr } = await command(['--root', 'plain', '--json'], { DATABASE_URL: scratch.url })
  assert.deepEqual([code, stderr], [0, ''])
  const report = JSON.parse(stdout)
  assert.equal(report.ok, true)
  assert.deepEqual(report.tables, [{ table: 'public.plain', owner: 'id' }])
  assert.match(report.source, /table: 'plain'/)
})

test('what no job could run with is an error, with what to do, and exit code 1', async () => {
  const { code, stdout, stderr } = await command([scratch.url, '--root', 'boards'])
  assert.equal(code, 1)
  assert.match(stderr, /error tables\/declaration: .*turning.*begins again at its end/)
  assert.match(stdout, /table: 'cards'/)
})

test('names are data: neither a comment nor a text of the proposal ends at one', async () => {
  const { stdout, stderr } = await command([scratch.url, '--root', 'boards'])
  assert.ok(stdout.includes('process.exit(9)'))
  assert.ok(!stdout.split('\n').some((line) => line.startsWith('}); process')))
  assert.ok(!stderr.split('\n').some((line) => line.startsWith('}); process')))
})

test('a table that is not there, or that has no id, is told with what is', async () => {
  for (const [root, told] of [
    ['shelves', /There is other\.shelves/],
    ['pairs', /several columns/],
    ['printed', /keys of other rows, those of "public"\."boards"/],
    ['a.b.c', /not the name of a table/],
  ] as const) {
    const { code, stdout, stderr } = await command([scratch.url, '--root', root])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, told)
  }
})

test('a password is never printed', async () => {
  const url = new URL(scratch.url)
  url.password = 'p%40ss-w0rd'
  url.pathname = '/p@ss-w0rd'
  url.username = 'nobody-here'
  for (const args of [[], ['--json']]) {
    const { code, stdout, stderr } = await command([url.href, '--root', 'plain', ...args])
    assert.equal(code, 2)
    assert.doesNotMatch(stdout + stderr, /p(?:@|%40)ss-w0rd/)
  }
})

test.run()
