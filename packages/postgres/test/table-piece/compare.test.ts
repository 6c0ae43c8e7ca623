import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { isPieceworkError } from '@piecework/core'
import {
  type ComparedNode,
  csvLine,
  type EntryDiff,
  entriesOf,
  type Piece,
  type RowsDiff,
} from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import { type World, world } from './support.js'

const test = needsServer(suite('table pieces: compare'))
let here: World

const piece = tablePiece({
  name: 'project/all',
  of: 'project',
  version: 1,
  tables: [
    { table: 'families', owner: 'project_id', order: ['name'] },
    {
      table: 'members',
      owner: 'family_id.project_id',
      order: ['family_id.name', 'number'],
      references: { family_id: 'families', best_friend_id: 'members' },
      json: { doc: [{ path: 'liked[*]', table: 'families' }] },
    },
    {
      table: 'places',
      owner: 'project_id',
      order: ['inside_id.name', 'name'],
      references: { inside_id: 'places' },
    },
  ],
})

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE families (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, name text, note text);
    CREATE TABLE members (id uuid PRIMARY KEY, family_id uuid REFERENCES families, number int, height float8,
      best_friend_id uuid REFERENCES members, doc jsonb);
    CREATE TABLE places (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, inside_id uuid REFERENCES places, name text)`)
})
test.after(async () => {
  await here.close()
})

type Rows = readonly (readonly (string | null)[])[]

const headers: Readonly<Record<string, readonly string[]>> = {
  families: ['id', 'name', 'note'],
  members: ['id', 'family_id', 'number', 'height', 'best_friend_id', 'doc'],
  places: ['id', 'inside_id', 'name'],
}

function node(side: 'a' | 'b', tables: Readonly<Record<string, Rows>>, of: Piece = piece): ComparedNode {
  const files = Object.entries(tables).map(([table, rows]) => {
    const bytes = Buffer.from([headers[table] ?? [], ...rows].map(csvLine).join(''))
    const open = async function* () {
      yield bytes
    }
    return { path: `${table}.csv`, facts: { size: bytes.length, rows: rows.length }, open }
  })
  const one: ComparedNode = {
    side,
    resource: { kind: 'project', id: side },
    name: of.name,
    piece: of,
    entries: entriesOf(files),
    near: () => [one],
  }
  return one
}

async function compared(a: ComparedNode, b: ComparedNode): Promise<readonly EntryDiff[]> {
  const { signal } = new AbortController()
  return here.db.transaction(async (tx) => (await piece.comparer?.compare({ a, b, tx, signal })) ?? [])
}

const counts = (rows: RowsDiff | undefined) => [rows?.added, rows?.removed, rows?.changed, rows?.equal]

/** What the words of `RowsDiff` say, of rows as [key, content]. */
function expected(a: readonly (readonly [string, string])[], b: readonly (readonly [string, string])[]) {
  const left = b.map(([key, content]) => ({ key, content }))
  const take = (fits: (row: { key: string; content: string }) => boolean): boolean => {
    const at = left.findIndex(fits)
    if (at !== -1) left.splice(at, 1)
    return at !== -1
  }
  const unlike = a.filter(([key, content]) => !take((row) => row.key === key && row.content === content))
  const removed = unlike.filter(([key]) => !take((row) => row.key === key))
  return [left.length, removed.length, unlike.length - removed.length, a.length - unlike.length]
}

interface Family {
  readonly name: string
  readonly note: string | null
  readonly members: readonly { readonly number: number; readonly height: string | null }[]
}

const family: fc.Arbitrary<Family> = fc.record({
  name: fc.constantFrom('Ash', 'Öhm "x",\n', '', 'é'.repeat(250), `${'é'.repeat(250)}!`),
  note: fc.constantFrom(null, '', 'a', '\\.', 'ü'.repeat(300)),
  members: fc.array(fc.record({ number: fc.nat(3), height: fc.constantFrom(null, '1', '2.5') }), {
    maxLength: 4,
  }),
})

const familyOf = (
  name: string,
  note: string | null = null,
  heights: readonly (string | null)[] = [],
): Family => ({
  name,
  note,
  members: heights.map((height, number) => ({ number, height })),
})
const long = 'é'.repeat(250)

/**
 * Keys that come twice, on one side or on both, long keys that begin alike, and texts that are almost
 * nothing.
 */
const familyCases: readonly (readonly [Family[], Family[]])[] = [
  [[], [familyOf('')]],
  [[familyOf('', null)], [familyOf('', '')]],
  [[familyOf('Ash', 'a'), familyOf('Ash', 'a')], [familyOf('Ash', 'a')]],
  [
    [familyOf('Ash', 'a'), familyOf('Ash', '')],
    [familyOf('Ash', ''), familyOf('Ash', 'a'), familyOf('Ash', null)],
  ],
  [
    [familyOf(long), familyOf(`${long}!`, 'a')],
    [familyOf(`${long}!`), familyOf(long, 'ü'.repeat(300))],
  ],
  [[familyOf('Öhm "x",\n', '\\.', [null, '1'])], [familyOf('Öhm "x",\n', '\\.', ['1', null])]],
  [
    [familyOf('Ash', null, ['1', '1']), familyOf('Ash', null, ['2.5'])],
    [familyOf('Ash', null, ['1']), familyOf('Ash', null, ['1'])],
  ],
]

/** Rows with ids of their own, in an order of their own. */
function tablesOf(families: readonly Family[]): Record<string, Rows> {
  const rows = { families: [] as (string | null)[][], members: [] as (string | null)[][] }
  for (const { name, note, members } of families) {
    const id = randomUUID()
    rows.families.push([id, name, note])
    for (const { number, height } of members)
      rows.members.push([randomUUID(), id, String(number), height, null, `{"liked": ["${id}"]}`])
  }
  return { families: rows.families.sort(), members: rows.members.sort() }
}

test('property: rows added, removed, changed and equal are counted right, whatever their ids and their order', async () => {
  const families = fc.array(family, { maxLength: 6 })
  const property = fc.asyncProperty(families, families, async (one, other) => {
    const [of, members] = await compared(node('a', tablesOf(one)), node('b', tablesOf(other)))
    const named = (all: readonly Family[]) =>
      all.map(({ name, note }) => [name, JSON.stringify(note)] as const)
    assert.deepEqual(counts(of?.rows), expected(named(one), named(other)))
    const numbered = (all: readonly Family[]) =>
      all.flatMap(({ name, members: own }) =>
        own.map(({ number, height }) => [`${number}${name}`, JSON.stringify(height)] as const),
      )
    assert.deepEqual(counts(members?.rows), expected(numbered(one), numbered(other)))
  })
  const examples = familyCases.flatMap(([one, other]): [Family[], Family[]][] => [
    [one, other],
    [other, one],
  ])
  await fc.assert(property, { numRuns: 20 + examples.length, examples })
})

test('property: edits of one copy are told one by one, with the columns that differ', async () => {
  const size = 12
  const edits = fc.uniqueArray(fc.tuple(fc.nat(size - 1), fc.constantFrom('remove', 'note', 'add')), {
    selector: ([at]) => at,
    maxLength: 8,
  })
  const property = fc.asyncProperty(edits, async (chosen) => {
    const rows = (): [string, string, string | null][] =>
      Array.from({ length: size }, (_, at) => [randomUUID(), `family ${at}`, null])
    const before = rows()
    const after = rows().flatMap((row): (typeof row)[] => {
      const [, edit] = chosen.find(([at]) => row[1] === `family ${at}`) ?? []
      if (edit === 'remove') return []
      if (edit === 'note') return [[row[0], row[1], 'new']]
      return edit === 'add' ? [row, [randomUUID(), `${row[1]} too`, null]] : [row]
    })
    const [diff] = await compared(node('a', { families: before }), node('b', { families: after }))
    const told = diff?.rows?.samples.map(({ change, key, columns = [] }) => [change, key.name, ...columns])
    const wanted = chosen.map(([at, edit]) =>
      edit === 'remove'
        ? ['removed', `family ${at}`]
        : edit === 'note'
          ? ['changed', `family ${at}`, 'note']
          : ['added', `family ${at} too`],
    )
    assert.deepEqual(told?.sort(), wanted.sort())
    assert.equal(diff?.equal, chosen.length === 0)
  })
  await fc.assert(property, { numRuns: 20 })
})

test('references are compared by the rows that they lead to: other ids are equal, another row is not', async () => {
  const side = (name: 'a' | 'b', friend: 0 | 1) => {
    const [ash, oak, ...members] = Array.from({ length: 5 }, randomUUID)
    const doc = (id: string | undefined) => `{"liked": ["${id}", "nobody"], "n": 1}`
    return node(name, {
      families: [
        [ash ?? '', 'Ash', null],
        [oak ?? '', 'Oak', null],
      ],
      members: [
        [members[0] ?? '', ash ?? '', '1', null, null, doc(oak)],
        [members[1] ?? '', oak ?? '', '1', null, null, null],
        [members[2] ?? '', oak ?? '', '2', null, members[friend] ?? '', doc(friend === 0 ? ash : oak)],
      ],
    })
  }
  const same = await compared(side('a', 0), side('b', 0))
  assert.ok(same.every(({ equal }) => equal))
  const [, members] = await compared(side('a', 0), side('b', 1))
  assert.deepEqual(members?.rows?.columns, { best_friend_id: 1, doc: 1 })
  const key = { family_id: 'Oak', number: '2' }
  assert.deepEqual(members?.rows?.samples, [{ change: 'changed', key, columns: ['best_friend_id', 'doc'] }])
})

test('a natural key that leads to its own table ends, and tells rows apart as far as it goes', async () => {
  const side = (name: 'a' | 'b', inside: 'Europe' | 'Asia') => {
    const ids = { Europe: randomUUID(), Asia: randomUUID() }
    const places = [
      [ids.Europe, null, 'Europe'],
      [ids.Asia, null, 'Asia'],
      [randomUUID(), ids[inside], 'Turkey'],
    ]
    return node(name, { places })
  }
  assert.equal((await compared(side('a', 'Asia'), side('b', 'Asia')))[0]?.equal, true)
  const [moved] = await compared(side('a', 'Asia'), side('b', 'Europe'))
  assert.deepEqual(counts(moved?.rows), [1, 1, 0, 2])
})

test('hostile archives: hostile entries are refused, and ids that come twice multiply nothing', async () => {
  const id = randomUUID()
  const families: Rows = [
    [id, 'Ash', null],
    [id, 'Oak', null],
  ]
  const members = (doc: string): Rows => [[randomUUID(), id, '1', null, null, doc]]
  const good = node('a', { families, members: members('{}') })
  const [, twice] = await compared(good, node('b', { families, members: members('{}') }))
  assert.deepEqual(counts(twice?.rows), [0, 0, 0, 1])
  await assert.rejects(compared(good, node('b', { families, members: members('{') })), (error) => {
    assert.ok(isPieceworkError(error, 'archive-invalid'))
    return error.facts.entry === 'members.csv'
  })
  const stranger = node('b', { families, members: [] })
  const entries = entriesOf([
    { path: 'families.csv', facts: { size: 8 }, open: () => once('id,"x; --"\n') },
    { path: 'members.csv', facts: { size: 0 }, open: () => once('') },
  ])
  await assert.rejects(compared(good, { ...stranger, entries }), (error) =>
    isPieceworkError(error, 'archive-invalid'),
  )
})

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

test.run()
