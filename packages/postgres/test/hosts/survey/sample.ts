import { randomBytes } from 'node:crypto'
import type { ResourceRef } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import type { Sample } from '@piecework/testkit'

export const seed = `INSERT INTO "User" VALUES ('u0', 'nobody@example.org'), ('u1', 'ann@example.org'), ('u2', 'bob@example.org')`

const cuid = (): string => `c${Array.from(randomBytes(24), (byte) => (byte % 36).toString(36)).join('')}`

/** A workspace with rows in every table, and with something of everything that an archive may spoil. */
export async function sampleWorkspace(db: Queryable): Promise<Sample> {
  const workspace = cuid()
  const [churn, power, first, second, early, late, red, blue] = Array.from({ length: 8 }, cuid)
  const insert = async (table: string, rows: readonly (readonly unknown[])[]) => {
    for (const row of rows)
      await db.query(`INSERT INTO "${table}" VALUES (${row.map((_, at) => `$${at + 1}`).join(', ')})`, row)
  }
  await insert('Workspace', [[workspace, 'The "second"']])
  await insert('Segment', [
    [churn, workspace, 'Churn', JSON.stringify([{ surveyId: first, op: 'is' }, { op: 'älter' }])],
    [power, workspace, 'Power, user', '[]'],
  ])
  const question = JSON.stringify({
    id: 'q.1',
    logic: [{ segmentId: power }, { jump: 'end', segmentId: churn }],
  })
  await db.query(
    `INSERT INTO "Survey" VALUES ($1, '2024-02-29 12:00:00.123', $3, 'First', 'in progress', '{de-CH,NULL,en}', ARRAY[$4, NULL, '{}']::jsonb[], $1, $5, 'u1', 'u2', 'u2'),
       ($2, '2024-02-29 12:00:00.123', $3, 'Second', 'draft', NULL, '{}', NULL, NULL, 'u2', 'u1', NULL)`,
    [first, second, workspace, question, churn],
  )
  await insert('Response', [
    [early, first, 1, JSON.stringify({ 'q.1': ['a', null, '"'], startedFrom: power }), true],
    [late, first, 2, '{}', false],
  ])
  await insert('Answer', [
    [early, 'q.1', ['a', '', null, 'b"\n']],
    [early, 'q.2', null],
  ])
  await insert('Tag', [
    [red, workspace, 'red'],
    [blue, workspace, 'blue'],
  ])
  await insert('_ResponseToTag', [
    [early, red],
    [early, blue],
    [late, blue],
  ])
  return { resource: { kind: 'workspace', id: workspace }, ids }
}

const ids = {
  segment: 'Segment',
  segmentId: 'Segment',
  startedFrom: 'Segment',
  survey: 'Survey',
  surveyId: 'Survey',
  response: 'Response',
  tag: 'Tag',
}

export async function workspaceContent({ id }: ResourceRef, db: Queryable): Promise<unknown> {
  const all = async (sql: string) => (await db.query(sql, [id])).rows
  return {
    workspace: await all('SELECT name FROM "Workspace" WHERE id = $1'),
    segments: await all(
      'SELECT id AS segment, title, filters FROM "Segment" WHERE "workspaceId" = $1 ORDER BY title',
    ),
    surveys: await all(
      `SELECT s.id AS survey, s."createdAt"::text AS at, s.name, s.status, s.locales::text AS locales, to_jsonb(s.questions) AS questions,
         s.slug IS NOT NULL AS slug, s."segmentId" AS segment, c.email AS creator, o.email AS owner, r.email AS reviewer
       FROM "Survey" s JOIN "User" c ON c.id = s."createdById" JOIN "User" o ON o.id = s."ownerId" LEFT JOIN "User" r ON r.id = s."reviewerId"
       WHERE s."workspaceId" = $1 ORDER BY s.name`,
    ),
    tags: await all('SELECT id AS tag, label FROM "Tag" WHERE "workspaceId" = $1 ORDER BY label'),
  }
}

export async function responsesContent({ id }: ResourceRef, db: Queryable): Promise<unknown> {
  const all = async (sql: string) => (await db.query(sql, [id])).rows
  const responses = `"Response" r JOIN "Survey" s ON s.id = r."surveyId" AND s."workspaceId" = $1`
  return {
    responses: await all(
      `SELECT r.id AS response, r."surveyId" AS survey, r.number, r.data, r.finished FROM ${responses} ORDER BY s.name, r.number`,
    ),
    answers: await all(
      `SELECT r.id AS response, a."questionKey" AS question, a."values" FROM "Answer" a JOIN ${responses} ON r.id = a."responseId" ORDER BY r.number, 2`,
    ),
    tags: await all(
      `SELECT r.id AS response, t.id AS tag FROM "_ResponseToTag" l JOIN "Tag" t ON t.id = l."B" JOIN ${responses} ON r.id = l."A" ORDER BY r.number, t.label`,
    ),
  }
}
