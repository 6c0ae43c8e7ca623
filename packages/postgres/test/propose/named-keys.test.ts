import assert from 'node:assert/strict'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { command } from './written-proposal.js'

const test = needsServer(suite('piecework-check: keys that only names tell'))

/** A forum that declares no foreign key, and books that outlive their company. */
const schema = `
  CREATE TABLE users (id bigserial PRIMARY KEY, login text NOT NULL UNIQUE);
  CREATE TABLE categories (id serial PRIMARY KEY, name text NOT NULL, parent_category_id int, user_id bigint, latest_topic_id int);
  CREATE TABLE topics (id serial PRIMARY KEY, title text NOT NULL, category_id int NOT NULL, "imageUploadId" bigint, position serial);
  CREATE TABLE posts (id bigserial PRIMARY KEY, topic_id int NOT NULL, parent_id bigint, last_editor_id int, UNIQUE (topic_id, id));
  CREATE TABLE uploads (id bigserial PRIMARY KEY, sha1 text NOT NULL UNIQUE);
  CREATE TABLE bookmarks (id serial PRIMARY KEY, bookmarkable_id int NOT NULL, bookmarkable_type text NOT NULL);
  CREATE TABLE badges (id serial PRIMARY KEY, name text NOT NULL);
  CREATE TABLE res_company (id serial PRIMARY KEY, name text NOT NULL, home int NOT NULL REFERENCES badges);
  CREATE TABLE moves (id serial PRIMARY KEY, company_id int REFERENCES res_company ON DELETE SET NULL);
  CREATE SCHEMA app;
  CREATE TABLE app."Board" (id uuid PRIMARY KEY, name text NOT NULL);
  CREATE TABLE app."Card" (id uuid PRIMARY KEY, "boardId" uuid NOT NULL, title text NOT NULL);
  CREATE TABLE app."Label" (id serial PRIMARY KEY, "boardId" uuid NOT NULL, name text NOT NULL, UNIQUE ("boardId", name));
  CREATE TABLE app."_CardToLabel" ("A" uuid NOT NULL, "B" int NOT NULL, UNIQUE ("A", "B"));
  CREATE TABLE app."_Watchers" ("A" text NOT NULL, "B" text NOT NULL);
  CREATE TABLE app."ApiToken" (id uuid PRIMARY KEY, "boardId" uuid NOT NULL, "hashedKey" text NOT NULL UNIQUE, label text);
  CREATE TABLE app."Memo" (id text PRIMARY KEY, "boardId" uuid NOT NULL, body text);
  CREATE TABLE app."Draft" (id text PRIMARY KEY, "boardId" uuid NOT NULL, body text);
  CREATE TABLE app."Stamp" (id varchar(24) PRIMARY KEY, "boardId" uuid NOT NULL, body text);
  INSERT INTO app."Board" VALUES ('00000000-0000-4000-8000-0000000000b0', 'B');
  INSERT INTO app."Memo" VALUES ('cl00000000000000000000m01', '00000000-0000-4000-8000-0000000000b0', 'm');
  CREATE TABLE app.farm_estate (id serial PRIMARY KEY, name text NOT NULL);
  CREATE TABLE app.farm_plot (id serial PRIMARY KEY, estate_id int NOT NULL, label text NOT NULL);
  CREATE TABLE desks (id serial PRIMARY KEY, current_company_id int REFERENCES res_company ON DELETE SET NULL);`

interface Printed {
  readonly ok: boolean
  readonly tables: readonly { readonly table: string; readonly owner: string }[]
  readonly leftBehind: readonly { readonly reason: string }[]
  readonly questions: readonly { readonly table: string; readonly column?: string; readonly text: string }[]
  readonly source: string
}

let url = ''
let drop = async (): Promise<void> => {}
test.before(async () => {
  const scratch = await scratchDatabase()
  ;({ url, drop } = scratch)
  const client = new pg.Client(url)
  await client.connect()
  await client.query(schema)
  await client.end()
})
test.after(() => drop())

async function proposed(root: string): Promise<Printed & { readonly code: number }> {
  const { code, stdout } = await command([url, '--root', root, '--json'])
  return { code, ...JSON.parse(stdout) }
}

test('tables are below the root by the names of their columns, and each such column is asked about', async () => {
  const { code, ok, tables, leftBehind, questions, source } = await proposed('categories')
  assert.deepEqual(tables, [
    { table: 'public.categories', owner: 'id' },
    { table: 'public.topics', owner: 'category_id' },
    { table: 'public.posts', owner: 'topic_id.category_id' },
  ])
  const named = questions.filter(({ text }) => /name(?: says so|, and no foreign key says so)/.test(text))
  assert.deepEqual(named.map(({ table, column }) => `${table}.${column}`).sort(), [
    'public.categories.latest_topic_id',
    'public.categories.parent_category_id',
    'public.categories.user_id',
    'public.posts.parent_id',
    'public.posts.topic_id',
    'public.topics.category_id',
    'public.topics.imageUploadId',
  ])
  assert.match(source, /references: \{ topic_id: 'topics', parent_id: 'posts' \}/)
  assert.match(source, /user_id: \{ table: 'users', shared: \{ where: 'true', by: \['login'\] \} \}/)
  // Whose rows those are no name says, and nothing accepts it.
  assert.ok(questions.some(({ column, text }) => column === 'last_editor_id' && /which rows/.test(text)))
  assert.doesNotMatch(source, /^ *columns:.*last_editor_id/m)
  assert.ok(questions.some(({ column, text }) => column === 'position' && /takes a new one/.test(text)))
  assert.deepEqual(
    leftBehind.map(({ reason: _, ...one }) => one),
    [
      { table: 'public.badges' },
      { table: 'public.bookmarks', leads: { column: 'bookmarkable_id', type: 'bookmarkable_type' } },
      { table: 'public.desks' },
      { table: 'public.moves' },
      { table: 'public.res_company' },
    ],
  )
  assert.deepEqual([code, ok], [0, true])
})

test('rows that outlive the root are below it only by a column that is named after it', async () => {
  const { code, ok, tables, leftBehind, questions } = await proposed('res_company')
  assert.deepEqual(
    tables.map(({ table, owner }) => `${table} ${owner}`),
    ['public.res_company id', 'public.moves company_id'],
  )
  const told = leftBehind.filter((one) => 'leads' in one).map(({ reason: _, ...one }) => one)
  assert.deepEqual(told, [
    { table: 'public.bookmarks', leads: { column: 'bookmarkable_id', type: 'bookmarkable_type' } },
    { table: 'public.desks', leads: { column: 'current_company_id' } },
  ])
  const must = questions.filter((one) => 'mustAnswer' in one)
  assert.deepEqual(
    must.map(({ column }) => column),
    ['home'],
  )
  // A shell cannot be made until it is answered.
  assert.deepEqual([code, ok], [1, false])
})

test('tables of pairs are below both tables that they are called after', async () => {
  const { code, tables, questions, leftBehind, source } = await proposed('app.Board')
  assert.deepEqual(
    tables.map(({ table, owner }) => `${table} ${owner}`),
    [
      'app.Board id',
      'app.Card boardId',
      'app.Label boardId',
      'app.ApiToken boardId',
      'app.Memo boardId',
      'app.Draft boardId',
      'app.Stamp boardId',
      'app._CardToLabel A.boardId',
    ],
  )
  assert.match(source, /order: \['A\.title', 'B\.name'\],\s+references: \{ A: 'Card', B: 'Label' \}/)
  const pairs = questions.filter(({ table }) => table === 'app._CardToLabel').map(({ column }) => column)
  assert.deepEqual(pairs, ['A', 'B', undefined])
  assert.ok(leftBehind.some((one) => 'table' in one && one.table === 'app._Watchers'))
  // One value for all tokens of a copy: no job could make the second.
  assert.match(source, /table: 'ApiToken', owner: 'boardId', order: \['label'\] \}/)
  assert.equal(code, 1)
})

test('keys of a table without rows look like those of the others, if its column can hold them', async () => {
  const { source } = await proposed('app.Board')
  for (const table of ['Memo', 'Draft']) assert.match(source, new RegExp(`table: '${table}', key: 'cuid'`))
  assert.match(source, /table: 'Stamp', key: 'natural'/)
})

test('a table is called after what it is part of, and its rows without', async () => {
  const { code, tables } = await proposed('app.farm_estate')
  assert.deepEqual(tables.at(-1), { table: 'app.farm_plot', owner: 'estate_id' })
  assert.equal(code, 0)
})

test.run()
