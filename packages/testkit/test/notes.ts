import { randomUUID } from 'node:crypto'
import { csvLine, type Piece, type ResourceKind } from '@piecework/core/piece'
import { PieceworkError, type Queryable, type ResourceRef } from '@piecework/core/store'
import { claimTables } from '@piecework/postgres'
import type { Sample } from '@piecework/testkit'

/** A small host: projects with notes that may answer one another. */
export const notesTables = `
  CREATE TABLE projects (id uuid PRIMARY KEY, name text, owner_id text, ready boolean NOT NULL DEFAULT false);
  CREATE TABLE notes (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    position int NOT NULL,
    text text,
    answers uuid REFERENCES notes DEFERRABLE INITIALLY DEFERRED
  );
  CREATE TABLE scraps (project_id uuid NOT NULL, text text)`

export const projectKind: ResourceKind = {
  kind: 'project',
  table: 'projects',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM projects WHERE id = $1', [id])).rows[0],
  shell: {
    create: async ({ ref, owner }, tx) => {
      await tx.query('INSERT INTO projects (id, owner_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        ref.id,
        owner,
      ])
    },
    ready: async ({ id }, tx) => {
      await tx.query('UPDATE projects SET ready = true WHERE id = $1', [id])
    },
    incomplete: async () => {},
    remove: async ({ id }, tx) => {
      await tx.query('DELETE FROM projects WHERE id = $1', [id])
    },
  },
}

export async function sampleNotes(db: Queryable): Promise<Sample> {
  const resource: ResourceRef = { kind: 'project', id: randomUUID() }
  await db.query('INSERT INTO projects VALUES ($1, $2, $3)', [resource.id, 'Reef', 'someone'])
  const texts = ['plain', null, '', 'with "quotes", commas\nand lines', '\\.', 'ünïcode 🐟']
  let answers: string | null = null
  for (const [position, text] of texts.entries()) {
    const id = randomUUID()
    await db.query('INSERT INTO notes VALUES ($1, $2, $3, $4, $5)', [
      id,
      resource.id,
      position,
      text,
      answers,
    ])
    answers = id
  }
  return { resource }
}

export async function notesContent({ id }: ResourceRef, db: Queryable): Promise<unknown> {
  return (await db.query('SELECT * FROM notes WHERE project_id = $1 ORDER BY position', [id])).rows
}

async function countNotes({ id }: ResourceRef, db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    'SELECT count(*)::text AS count FROM notes WHERE project_id = $1',
    [id],
  )
  return Number(rows[0]?.count)
}

interface Note {
  readonly id: string
  readonly position: number
  readonly text: string | null
  readonly answers: string | null
}

/** Of the notes in one part; null is without end. */
interface Positions {
  readonly from?: number | null
  readonly to?: number | null
}

/** Written by hand, row by row, so that a test can break any part of it. */
export const notesPiece: Piece = claimTables(
  {
    contract: 1,
    name: 'sample/notes',
    of: 'project',
    version: 1,
    exporter: {
      parts: async ({ tx, resource }) => {
        const half = Math.floor((await countNotes(resource, tx)) / 2)
        return [{ range: { from: null, to: half } }, { range: { from: half, to: null } }]
      },
      export: async ({ tx, resource, write, part }) => {
        const { from = null, to = null } = (part?.range as Positions | undefined) ?? {}
        const { rows } = await tx.query<Note>(
          `SELECT * FROM notes WHERE project_id = $1 AND ($2::int IS NULL OR position >= $2::int)
             AND ($3::int IS NULL OR position < $3::int) ORDER BY position`,
          [resource.id, from, to],
        )
        const csv = async function* () {
          yield Buffer.from('id,position,text,answers\n')
          for (const { id, position, text, answers } of rows) {
            yield Buffer.from(csvLine([id, String(position), text, answers]))
          }
        }
        await write('notes.csv', csv(), () => rows.length)
        return { rows: rows.length }
      },
    },
    importer: {
      // A note answers one before it: each part follows the one before.
      parts: {
        steps: (entries) => (entries.part ? (entries.facts('notes.csv')?.parts ?? 0) : 0),
        plan: async ({ entries }) =>
          Array.from({ length: entries.facts('notes.csv')?.parts ?? 0 }, (_, at) => ({
            range: at + 1,
            step: at + 1,
            rows: entries.part?.('notes.csv', at + 1).facts('notes.csv')?.rows ?? 0,
          })),
      },
      import: async ({ tx, resource, entries: all, ids, part }) => {
        const entries = (part && all.part?.('notes.csv', part.range as number)) ?? all
        let count = 0
        for await (const batch of entries.rows('notes.csv')) {
          for (const { id, position, text, answers } of batch) {
            const values = [
              ids.idOf('notes', id ?? ''),
              resource.id,
              Number(position),
              text,
              answers && ids.idOf('notes', answers),
            ]
            await tx.query('INSERT INTO notes VALUES ($1, $2, $3, $4, $5)', values)
            count += 1
          }
        }
        return { rows: count }
      },
    },
    cloner: {
      clone: async ({ tx, resource, source, ids }) => {
        const uuid = (column: string): string =>
          `encode(set_byte(set_byte(substring(sha256($3 || convert_to(${column}::text, 'UTF8')) from 1 for 16), 6, 137), 8, 137), 'hex')::uuid`
        const { rowCount } = await tx.query(
          `INSERT INTO notes SELECT ${uuid('id')}, $1, position, text, ${uuid('answers')}
         FROM notes WHERE project_id = $2`,
          [resource.id, source.id, ids.key('notes')],
        )
        return { rows: rowCount }
      },
    },
    verifier: {
      summarize: async ({ resource, tx }) => String(await countNotes(resource, tx)),
      compare: async (summary, { resource, tx }) => {
        const lost = Number(summary) - (await countNotes(resource, tx))
        if (lost > 0) throw new PieceworkError('counts-differ', `${lost} notes are gone.`)
      },
    },
    validators: [
      {
        validate: async function* ({ entries }) {
          if (!entries.paths.includes('notes.csv')) {
            yield { severity: 'error', code: 'sample/no-notes', message: 'There are no notes.' }
          }
        },
      },
    ],
  },
  {
    tables: [{ table: 'notes', owner: 'project_id', order: ['position'], references: { answers: 'notes' } }],
  },
)
