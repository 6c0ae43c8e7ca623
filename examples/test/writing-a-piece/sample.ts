import { randomUUID } from 'node:crypto'
import type { ResourceRef } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import type { Sample } from '@piecework/testkit'

/** A notebook with everything that is easily spoilt. */
export async function sampleNotebook(db: Queryable): Promise<Sample> {
  const id = randomUUID()
  await db.query('INSERT INTO notebooks VALUES ($1, $2, $3)', [id, 'A "diary", ruled', ''])
  let continues: string | null = null
  for (const [position, text] of ['plain', null, '', 'a\n"b", c', '\\.', 'ünïcode 🐟'].entries()) {
    const page = randomUUID()
    await db.query('INSERT INTO pages VALUES ($1, $2, $3, $4, $5)', [page, id, position, text, continues])
    await db.query('INSERT INTO stickers (page_id, label) VALUES ($1, $2), ($1, $2), ($1, $3)', [
      page,
      'star',
      '\\.\n"',
    ])
    continues = page
  }
  return { resource: { kind: 'notebook', id } }
}

export async function coverContent({ id }: ResourceRef, db: Queryable): Promise<unknown> {
  return (await db.query('SELECT name, paper FROM notebooks WHERE id = $1', [id])).rows
}

export async function pagesContent({ id }: ResourceRef, db: Queryable): Promise<unknown> {
  return (await db.query('SELECT * FROM pages WHERE notebook_id = $1 ORDER BY position', [id])).rows
}

/** Without their numbers: those are no ids that anything refers to. */
export async function stickersContent({ id }: ResourceRef, db: Queryable): Promise<unknown> {
  const { rows } = await db.query(
    `SELECT s.page_id, s.label FROM stickers s JOIN pages p ON p.id = s.page_id
     WHERE p.notebook_id = $1 ORDER BY p.position, s.label`,
    [id],
  )
  return rows
}
