import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Finding } from '@piecework/core'
import { isPieceworkError } from '@piecework/core'
import type { Transaction } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { type World, world } from '../support.js'

const test = needsServer(suite('summaries of what a table piece has written'))

let here: World
const id = randomUUID()
const resource = { kind: 'project', id }
const rows = 20_000

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY, touched int);
    CREATE TABLE parts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid REFERENCES projects, n int, v text);
    CREATE TABLE whole (id uuid, project_id uuid, at timestamptz, region int, v numeric, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
    CREATE TABLE whole_1 PARTITION OF whole FOR VALUES IN (1); CREATE TABLE whole_2 PARTITION OF whole FOR VALUES IN (2);
    INSERT INTO projects VALUES ('${id}');
    INSERT INTO parts (project_id, n, v) SELECT '${id}', n, 'v' || n FROM generate_series(1, ${rows}) n;
    INSERT INTO whole SELECT gen_random_uuid(), '${id}', now(), 1 + n % 2, n FROM generate_series(1, 10) n`)
})
test.after(() => here.close())

const piece = tablePiece({
  name: 'project/x',
  of: 'project',
  version: 1,
  tables: [
    { table: 'parts', owner: 'project_id', order: ['n'] },
    { table: 'whole', owner: 'project_id', order: ['v'] },
  ],
})

const ownRow = tablePiece({
  name: 'project/own',
  of: 'project',
  version: 1,
  tables: [{ table: 'projects', owner: 'id', order: [] }],
})

/** What is told of a change, in a transaction that is rolled back; `before` runs before the summary. */
async function told(
  change: string,
  before = '',
  { verifier } = piece,
): Promise<readonly (readonly unknown[])[] | 'nothing kept'> {
  const back = new Error('rolled back')
  const findings: Omit<Finding, 'piece'>[] = []
  let kept = true
  const run = async (tx: Transaction): Promise<void> => {
    if (before !== '') await tx.query(before)
    const summary = await verifier?.summarize({ resource, tx })
    kept = summary !== undefined
    assert.ok((summary?.length ?? 0) < 600_000, 'the summary grows with the rows')
    await tx.query(change)
    const finding = (found: Omit<Finding, 'piece'>): void => void findings.push(found)
    if (summary !== undefined) await verifier?.compare(summary, { resource, tx, finding })
    throw back
  }
  await here.db.transaction(run).catch((error: unknown) => {
    if (error !== back) throw error
  })
  return kept
    ? findings.map(({ code, column, count, message }) => [code, column, count, /^At least/.test(message)])
    : 'nothing kept'
}

const writer = (body: string, name = 'f') => `
  CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;
  CREATE TRIGGER ${name} BEFORE UPDATE ON projects FOR EACH ROW EXECUTE FUNCTION ${name}();`

test('flat memory: of many rows, changes are found and counted as far as that is known', async () => {
  const any = writer('UPDATE projects SET id = id WHERE false;')
  assert.deepEqual(await told('SELECT', any), [])
  assert.deepEqual(await told(`UPDATE parts SET v = 'w' WHERE n = 7`, any), [
    ['table/rows-changed', 'v', 1, true],
  ])
  const [[code, column, count] = []] = (await told(`UPDATE parts SET v = v || 'w'`, any)) as unknown[][]
  assert.deepEqual([code, column], ['table/rows-changed', 'v'])
  assert.ok(Number(count) > 3000 && Number(count) <= rows, String(count))
  const added = `INSERT INTO parts (project_id, n) SELECT '${id}', n FROM generate_series(1, 500) n`
  assert.deepEqual((await told(added, any)).at(-1), ['table/rows-added', undefined, 500, true])
  await assert.rejects(
    told('DELETE FROM parts WHERE n <= 3', any),
    (error) => isPieceworkError(error, 'counts-differ') && error.facts.count === 3,
  )
})

test('honest counts: rows of partitions are compared, and one that moves stays the same row', async () => {
  const any = writer('UPDATE projects SET id = id WHERE false;')
  assert.deepEqual(await told('UPDATE whole SET v = v + 1 WHERE region = 2', any), [
    ['table/rows-changed', 'v', 5, false],
  ])
  assert.deepEqual(await told('UPDATE whole SET v = v * 1.0', any), [['table/rows-changed', 'v', 10, false]])
})

test('honest counts: a trigger that cannot write to another table costs nothing, any other is looked at', async () => {
  for (const body of [
    'NEW.id := NEW.id;',
    'IF (OLD.id IS DISTINCT FROM NEW.id) THEN NEW.id := coalesce(NEW.id, OLD.id); END IF;',
  ])
    assert.equal(await told(`UPDATE parts SET v = 'w' WHERE n = 7`, writer(body)), 'nothing kept', body)
  for (const body of [
    'PERFORM 1;',
    'NEW.id := some_function(NEW.id);',
    'NEW.id := "Some Function" (NEW.id);',
    `EXECUTE 'SELECT 1';`,
    'NEW.id := (SELECT gen_random_uuid());',
  ])
    assert.notEqual(await told('SELECT', writer(body)), 'nothing kept', body)
  const touched = writer('NEW.touched := 1;')
  const update = 'UPDATE projects SET id = id'
  assert.deepEqual(await told(update, touched, ownRow), [['table/rows-changed', 'touched', 1, false]])
  assert.deepEqual(await told(update, writer('NEW.touched := OLD.touched;'), ownRow), [])
  assert.equal(await told(update, '', ownRow), 'nothing kept')
  const guarded = `${writer('PERFORM 1;')} ALTER TABLE projects DISABLE TRIGGER f`
  assert.equal(await told('SELECT', guarded), 'nothing kept')
  assert.notEqual(
    await told('SELECT', 'CREATE RULE r AS ON DELETE TO projects DO ALSO SELECT 1'),
    'nothing kept',
  )
})

test.run()
