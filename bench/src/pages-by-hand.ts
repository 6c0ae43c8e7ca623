import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'

/** What an import sends for a page of one line: counted with log_statement on 2026-11-30. */
const messagesOfPage = 7

/** Writes as many pages, each in a transaction of its own, four at a time, with as many messages as an import sends. */
export async function pagesByHand(pool: Pool, book: string, pages: number): Promise<void> {
  let left = pages
  const writer = async (): Promise<void> => {
    while (left-- > 0) await pageByHand(pool, book)
  }
  await Promise.all([writer(), writer(), writer(), writer()])
}

async function pageByHand(pool: Pool, book: string): Promise<void> {
  const client = await pool.connect()
  try {
    const page = randomUUID()
    await client.query('BEGIN')
    await client.query('INSERT INTO pages VALUES ($1, $2)', [page, book])
    await client.query(`INSERT INTO lines (page_id, text) VALUES ($1, 'text')`, [page])
    for (let sent = 4; sent < messagesOfPage; sent++)
      await client.query('SELECT FROM lines WHERE page_id = $1', [page])
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}
