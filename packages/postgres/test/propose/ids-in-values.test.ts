import assert from 'node:assert/strict'
import { checkTables, fromPg, type TableSpec, tablePiece } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { command } from './written-proposal.js'

const test = needsServer(suite('piecework-check: questions about ids in values'))

const theme = '6b1f0f0e-6d0b-4f6e-8f0a-2f4f2f6a0001'
const schema = `
  CREATE TABLE wikis (id serial PRIMARY KEY, title text NOT NULL, api_token text NOT NULL UNIQUE);
  CREATE TABLE pages (
    id serial PRIMARY KEY, wiki_id int NOT NULL REFERENCES wikis, title text NOT NULL, body text, related text, plain text, secret_key text NOT NULL UNIQUE,
    UNIQUE (wiki_id, title)
  );
  CREATE TABLE themes (id uuid PRIMARY KEY, wiki_id int NOT NULL REFERENCES wikis, name text NOT NULL, UNIQUE (wiki_id, name));
  CREATE TABLE snippets (id text PRIMARY KEY, wiki_id int NOT NULL REFERENCES wikis, name text NOT NULL, UNIQUE (wiki_id, name));
  CREATE TABLE revisions (id serial PRIMARY KEY, page_id int NOT NULL REFERENCES pages, n int NOT NULL, doc jsonb, raw json, UNIQUE (page_id, n));
  CREATE TABLE settings (wiki_id int REFERENCES wikis, key text, value text, PRIMARY KEY (wiki_id, key));
  CREATE TABLE prefs (wiki_id int REFERENCES wikis, name text, value jsonb, PRIMARY KEY (wiki_id, name));
  CREATE TABLE notes (id serial PRIMARY KEY, wiki_id int NOT NULL REFERENCES wikis, n int NOT NULL, subject_id int, UNIQUE (wiki_id, n));
  CREATE TABLE marks (id serial PRIMARY KEY, wiki_id int NOT NULL REFERENCES wikis, n int NOT NULL, target_type text, target_id int, UNIQUE (wiki_id, n));
  CREATE TABLE likes (id serial PRIMARY KEY, what_ref int);
  CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL UNIQUE);
  CREATE TABLE members (id serial PRIMARY KEY, wiki_id int NOT NULL REFERENCES wikis, nick text, UNIQUE (wiki_id, nick));
  CREATE TABLE facts (id serial PRIMARY KEY, wiki_id int NOT NULL REFERENCES wikis, n int NOT NULL, value text, UNIQUE (wiki_id, n));
  SELECT setval('users_id_seq', 9000), setval('members_id_seq', 9000);
  INSERT INTO users (email) SELECT n || '@' FROM generate_series(1, 3) n;
  SELECT setval('pages_id_seq', 4000), setval('revisions_id_seq', 7000);
  INSERT INTO wikis (title, api_token) VALUES ('One', 'x');
  INSERT INTO members (wiki_id, nick) SELECT 1, n FROM generate_series(1, 3) n;
  INSERT INTO pages (wiki_id, title, secret_key) SELECT 1, 'p' || n, 's' || n FROM generate_series(1, 5) n;
  INSERT INTO themes VALUES ('${theme}', 1, 'dark');
  INSERT INTO snippets VALUES ('Ab3dEf6h9x', 1, 'head'), ('Zb3dEf6h9y', 1, 'foot');
  UPDATE pages SET body = 'See /pages/4001, [[page:4002|two]] and page 4003; /themes/${theme} {{snippet:Ab3dEf6h9x}}. In 2024 we had 4001 of 12, says @[user:9001].',
    related = '4002, 4003', plain = 'nothing: 12/13' WHERE id = 4001;
  INSERT INTO revisions (page_id, n, doc, raw) VALUES (4001, 1,
    '{"pageId": 4002, "assignee_ids": [9001, 9003], "by": {"user_id": 9002}, "blocks": [{"ref": 4003, "width": 800}], "theme": "${theme}", "snippets": ["Ab3dEf6h9x"], "text": "as /pages/4001"}', '{"next": 4004}');
  INSERT INTO settings VALUES (1, 'home', '4001'), (1, 'per_page', '25'), (1, 'default_assignee_id', '9002'), (1, 'theme', '${theme}'), (1, 'motto', 'we are 4001'), (1, 'intro', 'see /pages/4002');
  INSERT INTO prefs VALUES (1, 'home', '4001'), (1, 'colour', '"red"'), (1, 'deep', '{"x": 1}');
  INSERT INTO facts (wiki_id, n, value) VALUES (1, 1, '4001'), (1, 2, 'red'), (1, 3, '4002'), (1, 4, '77');
  INSERT INTO notes (wiki_id, n, subject_id) VALUES (1, 1, 4001), (1, 2, 4005);
  INSERT INTO marks (wiki_id, n, target_type, target_id) VALUES (1, 1, 'Page', 4001), (1, 2, 'Revision', 7001);`

const people = { table: 'users', shared: { where: 'true', by: ['email'] } }

interface Question {
  readonly table: string
  readonly column?: string
  readonly text: string
  readonly mustAnswer?: true
}

let scratch: ScratchDatabase
let pool: pg.Pool
let questions: readonly Question[]
let report: {
  readonly ok: boolean
  readonly source: string
  readonly leftBehind: readonly { readonly table: string; readonly reason: string }[]
}
test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  await pool.query(schema)
  const { stdout } = await command([scratch.url, '--root', 'wikis', '--json'])
  report = JSON.parse(stdout)
  ;({ questions } = JSON.parse(stdout))
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

const asked = (table: string, column: string): string =>
  questions
    .filter((one) => one.table === `public.${table}` && one.column === column)
    .map(({ text }) => text)
    .join('\n')

/** What a question says to write. */
function written(table: string, column: string): Partial<TableSpec> {
  const text = asked(table, column)
  const [, source] = /write: (.*? \})[.;]/s.exec(text) ?? []
  assert.ok(source, `${table}.${column}: ${text}`)
  return new Function(`return { ${source} }`)()
}

test('links and lists in texts, on integer, uuid and text keys', () => {
  assert.deepEqual(written('pages', 'body').text?.body, [
    { pattern: '/pages/{}', table: 'pages' },
    { pattern: '[[page:{}', table: 'pages' },
    { pattern: 'page {}', table: 'pages' },
    { pattern: '/themes/{}', table: 'themes' },
    { pattern: '{{snippet:{}', table: 'snippets' },
  ])
  assert.deepEqual(written('pages', 'related').text?.related, [{ pattern: '{}', table: 'pages' }])
  assert.equal(asked('pages', 'plain'), '')
})

test('numbers and words in documents, by their paths; what may be chance is told apart', () => {
  const { doc } = written('revisions', 'doc').json ?? {}
  assert.deepEqual(doc?.map(({ path, table }) => `${path} ${table}`).sort(), [
    'assignee_ids[*] users',
    'by.user_id users',
    'pageId pages',
    'snippets[*] snippets',
    'theme themes',
  ])
  assert.deepEqual(
    doc?.find(({ path }) => path === 'by.user_id'),
    { path: 'by.user_id', ...people },
  )
  assert.match(asked('revisions', 'doc'), /perhaps by chance: 'blocks\[\*\]\.ref' \("pages"\)/)
  assert.doesNotMatch(asked('revisions', 'doc'), /width/)
  assert.match(
    asked('revisions', 'raw'),
    /perhaps by chance: 'next' \("pages"\)\. Are they ids\? Then write: json/,
  )
})

test('ids of rows that stay where they are, in texts; values that are ids in some rows', () => {
  assert.match(asked('pages', 'body'), /ids of rows that stay where they are: '\[user:\{\}' \("users"\)/)
  assert.match(asked('pages', 'body'), /no pattern can say which/)
  assert.match(asked('facts', 'value'), /^has keys of rows of "pages" in some rows, perhaps by chance/)
  assert.match(
    asked('facts', 'value'),
    /by "where", with text: \{ value: \[\{ pattern: '\{\}', table: 'pages' \}\] \}/,
  )
})

test('settings: each key for itself', () => {
  assert.deepEqual(written('settings', 'value').references, {
    value: {
      by: 'key',
      tables: {
        default_assignee_id: { table: 'users', shared: { where: 'true', by: ['email'] } },
        theme: 'themes',
      },
      other: 'keep',
    },
  })
  assert.match(asked('settings', 'value'), /perhaps by chance: 'home' \("pages"\)/)
  assert.match(
    asked('settings', 'value'),
    /as a value of any row .* pattern: '\/pages\/\{\}', table: 'pages'/,
  )
  assert.match(
    asked('prefs', 'value'),
    /write: where: \{ sql: 'name IN \(\\'home\\'\)' \}, json: \{ value: \[\{ path: '', table: 'pages' \}\] \}/,
  )
})

test('a number named like an id is asked about, and stands in nothing that accepts it', () => {
  assert.match(asked('notes', 'subject_id'), /references: \{ subject_id: 'pages' \}/)
  assert.match(asked('notes', 'subject_id'), /until it is decided: which rows .* columns: \['subject_id'\]/)
  assert.doesNotMatch(report.source, /^ *columns:.*subject_id/m)
  assert.match(
    report.source,
    /target_id: \{ by: 'target_type', tables: \{ Page: 'pages', Revision: 'revisions' \} \}/,
  )
})

test('a secret that is unique and must have a value is asked about with what to write', () => {
  const must = questions.filter(({ mustAnswer }) => mustAnswer)
  assert.deepEqual(
    must.map(({ table, column }) => `${table}.${column}`),
    ['public.pages.secret_key'],
  )
  assert.match(
    must[0]?.text ?? '',
    /SET DEFAULT gen_random_uuid\(\)::text\) and write ignore: \['secret_key'\]/,
  )
  assert.match(report.source, /set: \{ api_token: \(\) => crypto\.randomUUID\(\) \}/)
  assert.equal(report.ok, false)
})

test('a table that stays behind has its reason', () => {
  assert.deepEqual(report.leftBehind, [{ table: 'public.likes', reason: 'no key leads here' }])
})

test('what is proposed fits the database', async () => {
  const owner = 'wiki_id'
  const tables: TableSpec[] = [
    { table: 'wikis', owner: 'id', order: [], ignore: ['api_token'] },
    {
      table: 'pages',
      owner,
      order: ['title'],
      text: { ...written('pages', 'body').text, ...written('pages', 'related').text },
      unique: { secret_key: 'suffix' },
      columns: ['secret_key'],
    },
    { table: 'themes', owner, order: ['name'] },
    { table: 'snippets', key: { nanoid: { length: 21 } }, owner, order: ['name'] },
    {
      table: 'revisions',
      owner: 'page_id.wiki_id',
      order: ['n'],
      references: { page_id: 'pages' },
      ...written('revisions', 'doc'),
    },
    { table: 'settings', owner, order: ['key'], ...written('settings', 'value') },
    { table: 'notes', owner, order: ['n'], ...written('notes', 'subject_id') },
  ]
  const piece = tablePiece({ name: 'wiki/rows', of: 'wiki', version: 1, tables })
  const told = await checkTables(fromPg(pool), [piece])
  assert.deepEqual(
    told.map(({ code, column }) => `${code} ${column}`),
    // People in a text, to which no pattern can lead.
    ['tables/ids-in-values body'],
  )
  const [warning] = told
  assert.match(warning?.message ?? '', /numbers at "\[user:\{\}" that look like ids of rows of "users"/)
  const undeclared = tables.map((one) =>
    one.table === 'revisions' ? { ...one, json: { doc: [{ path: 'pageId', ...people }] } } : one,
  )
  const wrong = await checkTables(fromPg(pool), [
    tablePiece({ name: 'wiki/rows', of: 'wiki', version: 1, tables: undeclared }),
  ])
  assert.deepEqual(
    wrong
      .filter(({ column }) => column === 'doc')
      .map(({ message }) => /at "(.*?)"/.exec(message)?.[1])
      .sort(),
    ['assignee_ids[*]', 'by.user_id', 'theme'],
    'numbers that are named like ids of people are warned of once pieces lead to people',
  )
})

test.run()
