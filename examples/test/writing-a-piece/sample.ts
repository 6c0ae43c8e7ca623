import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ResourceRef } from '@piecework/core'
import type { FileStore, Queryable } from '@piecework/core/piece'
import type { Sample } from '@piecework/testkit'

const { signal } = new AbortController()

/** A notebook of ann's with everything that is easily spoilt. */
export async function sampleNotebook(db: Queryable, scans: FileStore): Promise<Sample> {
  const id = randomUUID()
  await db.query(
    `INSERT INTO users VALUES ('ann', 'ann@example.org'), ('bob', 'bob@example.org') ON CONFLICT DO NOTHING`,
  )
  await db.query('INSERT INTO notebooks VALUES ($1, $2, $3, $4, $5)', [
    id,
    'A "diary", ruled',
    `diary-${randomUUID()}`,
    '',
    'ann',
  ])
  const scan = `${id}/scan.txt`
  await scans.put(scan, Readable.from([Buffer.from('bytes of a scan')]), signal)
  let continues: string | null = null
  for (const [position, text] of ['plain', null, '', 'a\n"b", c', '\\.', 'ünïcode 🐟'].entries()) {
    const page = randomUUID()
    await db.query('INSERT INTO pages VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      page,
      id,
      position,
      text,
      continues,
      position === 0 ? null : 'bob',
      // Two pages name one file, others none.
      position < 2 ? scan : position === 2 ? '' : null,
    ])
    await db.query('INSERT INTO stickers (page_id, label) VALUES ($1, $2), ($1, $2), ($1, $3)', [
      page,
      'star',
      '\\.\n"',
    ])
    continues = page
  }
  return { resource: { kind: 'notebook', id } }
}

/** Without the slug and the owner: a copy has others. */
export async function coverContent({ id }: ResourceRef, db: Queryable): Promise<unknown> {
  return (await db.query('SELECT name, paper FROM notebooks WHERE id = $1', [id])).rows
}

/** With the bytes of the files instead of their keys. */
export const pagesContent =
  (scans: FileStore) =>
  async ({ id }: ResourceRef, db: Queryable): Promise<unknown> => {
    const { rows } = await db.query<{ scan_key: string | null }>(
      'SELECT * FROM pages WHERE notebook_id = $1 ORDER BY position',
      [id],
    )
    return Promise.all(
      rows.map(async ({ scan_key: key, ...page }) => ({ ...page, scan: key && (await bytesOf(scans, key)) })),
    )
  }

async function bytesOf(scans: FileStore, key: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await scans.open(key, signal)) ?? []) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
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
