import assert from 'node:assert/strict'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { command } from './written-proposal.js'

const test = needsServer(suite('piecework-check: questions about files and rights'))

const schema = `
  CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL UNIQUE);
  CREATE TABLE albums (id serial PRIMARY KEY, title text NOT NULL, cover_url text);
  CREATE TABLE photos (
    id serial PRIMARY KEY, album_id int NOT NULL REFERENCES albums, storage_key text NOT NULL UNIQUE, "thumbnailPath" varchar(80),
    file_name text NOT NULL, content_type text
  );
  CREATE TABLE enclosures (id serial PRIMARY KEY, album_id int NOT NULL REFERENCES albums, path text NOT NULL, mime_type text, size_kb int, checksum text);
  CREATE TABLE scans (id serial PRIMARY KEY, album_id int NOT NULL REFERENCES albums, filename text NOT NULL, content_type text, byte_size int);
  CREATE TABLE album_members (album_id int NOT NULL REFERENCES albums, user_id int NOT NULL REFERENCES users, PRIMARY KEY (album_id, user_id));
  CREATE TABLE album_notes (id serial PRIMARY KEY, album_id int NOT NULL REFERENCES albums, user_id int NOT NULL REFERENCES users);
  CREATE TABLE blobs (id serial PRIMARY KEY, album_id int NOT NULL REFERENCES albums, filename text NOT NULL, content_type text, body bytea);
  CREATE TABLE trails (id serial PRIMARY KEY, album_id int NOT NULL REFERENCES albums, path text NOT NULL, url text, image_count int,
    file_path char(20), api_key text, object_id text, "profile" text, position int NOT NULL, UNIQUE (album_id, position))`

interface Printed {
  readonly ok: boolean
  readonly questions: readonly { readonly table: string; readonly column?: string; readonly text: string }[]
  readonly findings: readonly { readonly severity: string; readonly message: string }[]
  readonly source: string
}

let url = ''
let client: pg.Client
let drop = async (): Promise<void> => {}
test.before(async () => {
  const scratch = await scratchDatabase()
  ;({ url, drop } = scratch)
  client = new pg.Client(url)
  await client.connect()
  await client.query(schema)
})
test.after(async () => {
  await client.end()
  await drop()
})

async function proposed(): Promise<Printed & { readonly code: number }> {
  const { code, stdout } = await command([url, '--root', 'albums', '--json'])
  return { code, ...JSON.parse(stdout) }
}

const aboutFiles = ({ questions }: Printed) =>
  questions.filter(({ text }) => /stored file|describe files/.test(text))

test('each is asked about by name with what to write, and none is declared silently', async () => {
  const found = await proposed()
  const asked = aboutFiles(found)
  assert.deepEqual(
    asked.map(({ table, column }) => `${table}.${column ?? ''}`),
    [
      'public.albums.cover_url',
      'public.photos.storage_key',
      'public.photos.thumbnailPath',
      'public.enclosures.path',
      // Its bytes are somewhere, and no column says where; those of the blobs are rows.
      'public.scans.',
    ],
  )
  const textOf = (column: string): string => asked.find((one) => one.column === column)?.text ?? ''
  assert.match(
    textOf('storage_key'),
    /write instead of "unique": files: \{ storage_key: \{ store: folderFiles\('\/srv\/app\/uploads'\) \} \};/,
  )
  assert.match(textOf('thumbnailPath'), /files: \{ thumbnailPath: \{ .*, missing: 'null' \} \};/)
  assert.match(textOf('cover_url'), /key: \(\{ id, extension \}\) => 'https:.*addresses of other sites\.$/)
  for (const { column, text } of asked) if (column) assert.match(text, /not known here: where the files are/)
  assert.doesNotMatch(found.source, /^ *files:/m)
  for (const { text } of asked) assert.ok(found.source.includes(text))
})

test('a key that is unique and must have a value keeps copies from being made until it is answered', async () => {
  const found = await proposed()
  assert.deepEqual([found.code, found.ok], [1, false])
  const must = found.questions.filter((one) => 'mustAnswer' in one)
  assert.deepEqual(
    must.map(({ column }) => column),
    ['storage_key'],
  )
  // A suffix would be the key of no file.
  assert.match(found.source, /unique: \{ storage_key: 'fail' \}/)
  await client.query('ALTER TABLE photos ALTER storage_key DROP NOT NULL')
  const nullable = await proposed()
  assert.deepEqual([nullable.code, nullable.ok], [0, true])
  assert.match(nullable.source, /unique: \{ storage_key: 'null' \}/)
  assert.deepEqual(
    nullable.findings.filter(({ severity }) => severity === 'error'),
    [],
  )
})

test('a table by whose name people have rights is asked about: an archive may name whom it likes', async () => {
  const { questions } = await proposed()
  const asked = questions.filter(({ text }) => /who may do what/.test(text))
  assert.deepEqual(
    asked.map(({ table }) => table),
    ['public.album_members'],
  )
})

test('none of them orders rows: their values are not the same everywhere', async () => {
  const { source } = await proposed()
  const orders = [...source.matchAll(/order: \[(.*?)\]/g)].map(([, names = '']) => names)
  assert.ok(orders.length > 0)
  for (const names of orders) assert.doesNotMatch(names, /storage_key|thumbnailPath|cover_url/)
})

test.run()
