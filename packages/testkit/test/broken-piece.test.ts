import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Entries, ImportContext, PartsPlan, Piece, PieceVerifier } from '@piecework/core/piece'
import { type PieceCounts, PieceworkError } from '@piecework/core/store'
import { tablePiece } from '@piecework/postgres'
import { assertBreaks, needsServer } from '@piecework/test-support'
import { type LawTest, pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { notesContent, notesPiece, projectKind, sampleNotes } from './notes.js'
import { type NotesDatabase, notesDatabase } from './notes-database.js'

const test = needsServer(suite('laws of pieces can fail'))
let open: NotesDatabase

test.before(async () => {
  open = await notesDatabase()
})
test.after(() => open.close())

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, piece: () => Piece]> = {
  'loses a row and counts what is left': [
    'honest counts: sample/notes: every row that it was given',
    () => importing(dropLast),
  ],
  'loses a row between its parts': [
    'honest counts: sample/notes: its parts together are the whole',
    () => inParts([{ to: 2 }, { from: 3 }]),
  ],
  'exports a row in two parts': [
    'honest counts: sample/notes: its parts together are the whole',
    () => inParts([{ to: 3 }, { from: 2 }]),
  ],
  'plans its parts in another way each time': [
    'reproducible: sample/notes: parts that are planned and exported twice',
    () =>
      inParts(halves, {
        plan: async () => ({ plan: randomUUID(), parts: halves.map((range) => ({ range })) }),
      }),
  ],
  'names what its parts write by chance': [
    'reproducible: sample/notes: parts that are planned and exported twice',
    () => inParts(halves, { entry: () => `${randomUUID()}.txt` }),
  ],
  'gives one name to what two parts write': [
    'honest counts: sample/notes: its parts together are the whole',
    () => inParts(halves, { entry: () => 'note.txt' }),
  ],
  'writes other values where it imports a part': [
    'honest counts: sample/notes: the parts of an import together make the whole',
    () =>
      importing(async (context, original) => {
        const counts = await original(context)
        if (context.part?.number === 2)
          await context.tx.query('UPDATE notes SET text = NULL WHERE project_id = $1', [context.resource.id])
        return counts
      }),
  ],
  'loses a row and does not tell': [
    'new ids: sample/notes: an import makes equal content',
    () => importing(async (context, original) => addRow(await dropLast(context, original))),
  ],
  'skips a row without a finding': [
    'honest counts: sample/notes: every row that it was given',
    () => importing(async (context, original) => ({ ...(await dropLast(context, original)), skipped: 1 })),
  ],
  'keeps old ids': [
    'new ids: sample/notes: an import makes equal content',
    () =>
      importing(async (context, original) => {
        const counts = await original(context)
        await context.tx.query('UPDATE notes SET text = id::text WHERE project_id = $1', [context.source.id])
        await context.tx.query(
          'UPDATE notes SET text = s.id::text FROM notes s WHERE notes.project_id = $1 AND s.project_id = $2 AND s.position = notes.position',
          [context.resource.id, context.source.id],
        )
        return counts
      }),
  ],
  'changes the source': [
    'new ids: sample/notes: a clone makes equal content',
    () => ({
      ...notesPiece,
      cloner: {
        clone: async (context) => {
          await open.db.query("UPDATE notes SET text = 'gone' WHERE project_id = $1", [context.source.id])
          return notesPiece.cloner?.clone(context) ?? { rows: 0 }
        },
      },
    }),
  ],
  'gives every job the same ids': [
    'new ids: sample/notes: imports by two jobs share no id',
    () =>
      importing((context, original) => {
        const idOf = (_table: string, oldId: string): string => oldId.replace(/^../, '00')
        return original({ ...context, ids: { ...context.ids, idOf } })
      }),
  ],
  'makes other ids in every attempt': [
    'exactly once: sample/notes: an attempt that follows a lost one',
    () =>
      importing((context, original) => {
        const made = new Map<string, string>()
        const idOf = (_table: string, oldId: string): string => {
          const id = made.get(oldId) ?? randomUUID()
          made.set(oldId, id)
          return id
        }
        return original({ ...context, ids: { ...context.ids, idOf } })
      }),
  ],
  'clones with other ids than it imports': [
    'new ids: sample/notes: a clone makes what an import makes',
    () => ({
      ...notesPiece,
      cloner: {
        clone: async (context) => {
          const key = (table: string): Uint8Array => context.ids.key(`${table}-cloned`)
          return notesPiece.cloner?.clone({ ...context, ids: { ...context.ids, key } }) ?? { rows: 0 }
        },
      },
    }),
  ],
  'writes rows in no order': [
    'reproducible: sample/notes: two exports',
    () => {
      let exports = 0
      return exporting((write, path, lines, rows) => {
        const [header, ...records] = lines
        exports += 1
        return write(path, each([header ?? '', ...(exports % 2 ? records : records.reverse())]), rows)
      })
    },
  ],
  'writes the time': [
    'reproducible: sample/notes: two exports',
    () =>
      exporting(async (write, path, lines, rows) => {
        await write(path, each(lines), rows)
        await write('when.txt', each([`${process.hrtime.bigint()}`]))
      }),
  ],
  'states more rows than it writes': [
    'honest counts: sample/notes: the rows that are counted',
    () => exporting((write, path, lines, rows) => write(path, each(lines.slice(0, -1)), rows)),
  ],
  'goes on when its input breaks off': [
    'nothing half-made: sample/notes: an import whose input breaks off',
    () => importing((context, original) => original({ ...context, entries: forgiving(context.entries) })),
  ],
  'writes outside its transaction': [
    'nothing half-made: sample/notes: an import whose transaction is rolled back',
    () =>
      importing(async (context, original) => {
        await open.db.query('INSERT INTO projects VALUES ($1)', [randomUUID()])
        return original(context)
      }),
  ],
  'swallows that it is aborted': [
    'nothing half-made: sample/notes: an export that is aborted',
    () => ({
      ...notesPiece,
      exporter: {
        export: async (context) => {
          await context.write('notes.csv', each(['id\n'])).catch(() => {})
          return { rows: 0 }
        },
      },
    }),
  ],
  'imports what it has when it is aborted': [
    'nothing half-made: sample/notes: an import that is aborted',
    () => importing((context, original) => original({ ...context, entries: forgiving(context.entries) })),
  ],
  'leaves rows that no foreign key deletes': [
    'nothing half-made: sample/notes: after an import is removed',
    () => importing(async (context, original) => scrap(context, await original(context))),
  ],
  'leaves rows of a clone that no foreign key deletes': [
    'nothing half-made: sample/notes: after a clone is removed',
    () => ({
      ...notesPiece,
      cloner: {
        clone: async (context) => scrap(context, (await notesPiece.cloner?.clone(context)) ?? { rows: 0 }),
      },
    }),
  ],
  'removes the rows of others': [
    'nothing half-made: sample/notes: after an import is removed',
    () => ({
      ...notesPiece,
      remover: {
        remove: async ({ tx }) => void (await tx.query('DELETE FROM notes WHERE position = 0')),
      },
    }),
  ],
  'cannot import what it exported': [
    'what was exported can be imported: sample/notes',
    () =>
      importing(async (context, original) => {
        if (context.entries.paths.length > 0)
          throw new PieceworkError('archive-invalid', 'Notes are not for me.')
        return original(context)
      }),
  ],
  'takes its own archive for invalid': [
    'what was exported can be imported: sample/notes',
    () => ({
      ...notesPiece,
      validators: [
        {
          validate: async function* ({ principal }) {
            if (principal.id !== 'laws') return
            yield { severity: 'error', code: 'sample/never', message: 'Nothing is good enough.' }
          },
        },
      ],
    }),
  ],
  'changes rows as a trigger does': [
    'honest counts: sample/notes: what differs in a copy',
    () =>
      importing(async (context, original) => {
        const counts = await original(context)
        await context.tx.query('UPDATE notes SET text = upper(text) WHERE project_id = $1', [
          context.resource.id,
        ])
        return counts
      }),
  ],
  'hides rows as a policy does': [
    'honest counts: sample/notes: what differs in a copy',
    () => importing(async (context, original) => addRow(await dropLast(context, original))),
  ],
  'does not see that its rows are gone': [
    'honest counts: sample/notes: rows that are lost after an import',
    () => verifying({ compare: async () => {} }),
  ],
  'does not see that the rows of a clone are gone': [
    'honest counts: sample/notes: rows that are lost after a clone',
    () => verifying({ compare: async () => {} }),
  ],
  'tells changes where there are none': [
    'honest counts: sample/notes: rows that are lost after an import',
    () =>
      verifying({
        compare: async (_, { finding }) =>
          finding({ severity: 'warning', code: 'sample/changed', message: 'Something has changed.' }),
      }),
  ],
  'keeps nothing of its rows': [
    'honest counts: sample/notes: rows that are lost after an import',
    () => verifying({ summarize: async () => undefined }),
  ],
  'does not accept what it writes': [
    'all problems at once: sample/notes: what it exports',
    () => ({
      ...notesPiece,
      validators: [
        {
          validate: async function* () {
            yield { severity: 'error', code: 'sample/never', message: 'Nothing is good enough.' }
          },
        },
      ],
    }),
  ],
}

function verifying(verifier: Partial<PieceVerifier>): Piece {
  assert.ok(notesPiece.verifier)
  return { ...notesPiece, verifier: { ...notesPiece.verifier, ...verifier } }
}

for (const [what, [law, piece]] of Object.entries(broken)) {
  const laws = (of: Piece) => (collect: LawTest) =>
    pieceLaws(collect, {
      piece: of,
      kind: projectKind,
      database: () => open.db,
      sample: sampleNotes,
      content: notesContent,
      patienceMs: 1000,
    })
  const name = `a piece that ${what}`
  test(name, () =>
    assertBreaks(name, { law, broken: (collect) => laws(piece())(collect), whole: laws(notesPiece) }),
  )
}

test('the laws of what is lost and what is left name the table and the number of rows', async () => {
  const lost = importing(async (context, original) => {
    const counts = await original(context)
    await context.tx.query('UPDATE notes SET text = upper(text) WHERE project_id = $1', [context.resource.id])
    return scrap(context, counts)
  })
  const messageOf = async (law: string): Promise<string> => {
    const runs: (() => Promise<void>)[] = []
    const collect: LawTest = (title, run) => title.startsWith(law) && runs.push(run)
    pieceLaws(collect, {
      piece: lost,
      kind: projectKind,
      database: () => open.db,
      sample: sampleNotes,
      content: notesContent,
    })
    return (
      runs[0]?.().then(
        () => 'holds',
        ({ message }: Error) => message,
      ) ?? 'no law'
    )
  }
  assert.match(
    await messageOf('honest counts: sample/notes: what differs'),
    /notes\.csv: 3 changed \(text 3\), 0 added, 0 removed/,
  )
  assert.match(
    await messageOf('nothing half-made: sample/notes: after an import'),
    /public\.scraps: \d+ rows.* before, \d+ rows.* after/,
  )
})

test('a table piece that lets an old key pass is found in whatever column, also in one that the content leaves out', async () => {
  await open.db.query(
    `CREATE TABLE cards (id serial PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE, n int,
       beside int, doc jsonb, body text, phone text)`,
  )
  const declared = {
    references: { beside: 'cards' },
    json: { doc: [{ path: 'to[*]', table: 'cards' }] },
    text: { body: [{ pattern: '/cards/{}', table: 'cards' }] },
  }
  const lawOf = async (less: object): Promise<string> => {
    const runs: (() => Promise<void>)[] = []
    const collect: LawTest = (title, run) =>
      /a clone makes equal|an import makes equal/.test(title) && runs.push(run)
    pieceLaws(collect, {
      piece: tablePiece({
        name: 'sample/cards',
        of: 'project',
        version: 1,
        tables: [{ table: 'cards', owner: 'project_id', order: ['n'], ...declared, ...less }],
      }),
      kind: projectKind,
      database: () => open.db,
      sample: async (db) => {
        const { resource } = await sampleNotes(db)
        await db.query(
          `WITH first AS (INSERT INTO cards (project_id, n, phone) VALUES ($1, 1, '3000000001') RETURNING id)
           INSERT INTO cards (project_id, n, beside, doc, body, phone)
           SELECT $1, 2, id, jsonb_build_object('to', jsonb_build_array(id)), 'See /cards/' || id || '.', '+49 300 0000 001' FROM first`,
          [resource.id],
        )
        return { resource, ids: { card: 'cards' } }
      },
      content: async ({ id }, db) =>
        (await db.query('SELECT id AS card, n FROM cards WHERE project_id = $1 ORDER BY n', [id])).rows,
    })
    const messages = await Promise.all(
      runs.map((run) =>
        run().then(
          () => 'holds',
          ({ message }: Error) => message,
        ),
      ),
    )
    const [first = 'no law', ...others] = messages.map((message) => message.replaceAll(/\d{9}/g, 'N'))
    for (const other of others) assert.equal(other, first)
    return first
  }
  assert.equal(await lawOf({}), 'holds')
  for (const [less, column] of [
    [{ references: {}, columns: ['beside'] }, 'beside'],
    [{ json: {} }, 'doc'],
    [{ text: {} }, 'body'],
  ] as const) {
    const message = await lawOf(less)
    assert.match(message, /^old ids survive: .*\. Declare where they stand/s)
    assert.match(message, new RegExp(`cards\\.${column} has N, the key of a row of cards`))
  }
})

const halves = [{ to: 2 }, { from: 2 }]

interface Parting {
  /** Instead of the ranges alone. */
  readonly plan?: () => Promise<PartsPlan>
  /** Of what each part writes beside its rows. */
  readonly entry?: () => string
}

const inParts = (ranges: readonly object[], { plan, entry }: Parting = {}): Piece => ({
  ...notesPiece,
  exporter: {
    export: async (context) => {
      if (context.part && entry) await context.write(entry(), Buffer.from('A note.'), { stored: true })
      return notesPiece.exporter?.export(context) ?? { rows: 0 }
    },
    parts: plan ?? (async () => ranges.map((range) => ({ range }))),
  },
})

type Import = (context: ImportContext) => Promise<PieceCounts>

function importing(change: (context: ImportContext, original: Import) => Promise<PieceCounts>): Piece {
  const original: Import = async (context) => notesPiece.importer?.import(context) ?? { rows: 0 }
  return {
    ...notesPiece,
    importer: { ...notesPiece.importer, import: (context) => change(context, original) },
  }
}

async function dropLast(context: ImportContext, original: Import): Promise<PieceCounts> {
  const { rows } = await original(context)
  await context.tx.query('DELETE FROM notes WHERE project_id = $1 AND position = $2', [
    context.resource.id,
    rows - 1,
  ])
  return { rows: rows - 1 }
}

async function scrap(
  { tx, resource }: Pick<ImportContext, 'tx' | 'resource'>,
  counts: PieceCounts,
): Promise<PieceCounts> {
  await tx.query('INSERT INTO scraps VALUES ($1)', [resource.id])
  return counts
}

const addRow = ({ rows }: PieceCounts): PieceCounts => ({ rows: rows + 1 })

type Write = (path: string, bytes: AsyncIterable<Uint8Array>, rows?: () => number) => Promise<void>

/** The lines that the exporter writes, one to a record. */
function exporting(
  change: (write: Write, path: string, lines: readonly string[], rows?: () => number) => Promise<void>,
): Piece {
  return {
    ...notesPiece,
    exporter: {
      export: async (context) => {
        const write: Write = async (path, bytes, rows) => {
          const lines: string[] = []
          for await (const chunk of bytes) lines.push(Buffer.from(chunk).toString())
          await change(context.write, path, lines, rows)
        }
        return notesPiece.exporter?.export({ ...context, write }) ?? { rows: 0 }
      },
    },
  }
}

async function* each(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(line)
}

/** Takes an entry that breaks off for one that has ended. */
function forgiving(entries: Entries): Entries {
  return {
    ...entries,
    rows: async function* (path) {
      try {
        yield* entries.rows(path)
      } catch (error) {
        if (error instanceof PieceworkError) throw error
      }
    },
  }
}

const rows = tablePiece({
  name: 'sample/note-rows',
  of: 'project',
  version: 1,
  tables: [{ table: 'notes', owner: 'project_id', order: ['position'], references: { answers: 'notes' } }],
})

const lawsFor =
  (piece: Piece, database = open.db): ((collect: LawTest) => void) =>
  (collect) =>
    pieceLaws(collect, {
      piece,
      kind: projectKind,
      database: () => database,
      sample: () => sampleNotes(open.db),
      content: (resource) => notesContent(resource, open.db),
    })

test('a trigger of the host that changes rows, and a piece that does not tell it', async () => {
  await open.db.query(`CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.text := NEW.text || '!'; RETURN NEW; END $$`)
  await open.db.query('CREATE TRIGGER mark BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION mark()')
  const silent: Piece = {
    ...rows,
    importer: {
      ...rows.importer,
      import: async (context) => rows.importer?.import({ ...context, finding: () => {} }) ?? { rows: 0 },
    },
  }
  try {
    await assertBreaks('a piece that does not tell what a trigger has changed', {
      law: 'honest counts: sample/note-rows: what differs in a copy',
      broken: lawsFor(silent),
      whole: lawsFor(rows),
    })
  } finally {
    await open.db.query('DROP TRIGGER mark ON notes')
  }
})

test('a policy of the host that hides rows, and pieces that would carry the others', async () => {
  const role = `laws_${randomUUID().slice(0, 8)}`
  await open.db.query(`CREATE ROLE ${role} LOGIN`)
  await open.db.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`)
  await open.db.query(`CREATE POLICY part ON notes TO ${role} USING (position < 3) WITH CHECK (true)`)
  await open.db.query('ALTER TABLE notes ENABLE ROW LEVEL SECURITY')
  const asRole = open.as(role)
  try {
    for (const piece of [rows, notesPiece]) {
      const law = `what was exported can be imported: ${piece.name}: by the host`
      const laws: (() => unknown)[] = []
      lawsFor(piece, asRole.db)((title, run) => title.startsWith(law) && laws.push(run))
      assert.equal(laws.length, 1)
      await assert.rejects(
        async () => laws[0]?.(),
        /[Rr]ow level security of table "notes" applies to this role/,
      )
      await assertBreaks('a host whose role a policy binds', {
        law,
        broken: lawsFor(piece, asRole.db),
        whole: lawsFor(piece),
      })
    }
  } finally {
    await asRole.close()
    await open.db.query('ALTER TABLE notes DISABLE ROW LEVEL SECURITY')
    await open.db.query(`DROP OWNED BY ${role}`)
    await open.db.query(`DROP ROLE ${role}`)
  }
})

test.run()
