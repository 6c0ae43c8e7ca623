import { randomBytes } from 'node:crypto'
import type { ResourceRef } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import type { Sample } from '@piecework/testkit'
import type pg from 'pg'
import { alphabet } from './pieces.js'

export const seed = `
  INSERT INTO app_user (username) VALUES ('ann'), ('bob');
  INSERT INTO content_type (app_label, model) VALUES ('register', 'holder'), ('register', 'parcel'), ('register', 'document'),
    ('register', 'district'), ('other', 'parcel')`

const newKey = (): string => Array.from(randomBytes(24), (byte) => alphabet[byte % alphabet.length]).join('')

/** A district with rows in every table, and with something of everything that an archive may spoil. */
export async function sampleDistrict(db: Queryable): Promise<Sample> {
  const [district, tower, meadow, ann, firm, deed] = Array.from({ length: 6 }, newKey)
  const insert = (table: string, rows: readonly (readonly unknown[])[]) =>
    Promise.all(
      rows.map((row) =>
        db.query(`INSERT INTO ${table} VALUES (${row.map((_, at) => `$${at + 1}`).join(', ')})`, row),
      ),
    )
  await insert('register_district', [[district, 'North "9"', 2, { office: firm, code: '007' }]])
  await insert('register_holder', [
    [ann, district, 'Ann\n"A"'],
    [firm, district, 'Öko & Co'],
  ])
  await insert('register_parcel', [
    [
      tower,
      district,
      '1/a',
      { neighbours: [meadow], shares: { [ann ?? '']: 0.5, [firm ?? '']: 0.5 } },
      1,
      '2020-02-29Z',
    ],
    [meadow, district, '2', { neighbours: [tower, meadow], use: null }, 2, '2020-03-01Z'],
  ])
  await insert('register_plot', [[tower, '12.50']])
  await db.query(`SELECT nextval('register_parcel_holders_id_seq'), nextval('register_documentlink_id_seq')`)
  await db.query(
    `INSERT INTO register_parcel_holders (parcel_id, holder_id) VALUES ($1, $3), ($1, $4), ($2, $4)`,
    [tower, meadow, ann, firm],
  )
  await insert('register_document', [[deed, district, 'Deed, 1900']])
  await db.query(
    `INSERT INTO register_documentlink (document_id, content_type_id, record_id, note)
     SELECT $1, t.id, r.id, t.model FROM (VALUES ('district', $2), ('holder', $3), ('parcel', $4), ('document', $1)) r (model, id)
     JOIN content_type t ON t.app_label = 'register' AND t.model = r.model`,
    [deed, district, firm, meadow],
  )
  return { resource: { kind: 'district', id: district ?? '' }, ids }
}

const ids = {
  office: 'register_holder',
  holder: 'register_holder',
  parcel: 'register_parcel',
  neighbours: 'register_parcel',
  document: 'register_document',
  other: 'register_document',
  district: 'register_district',
}

export async function districtContent({ id }: ResourceRef, db: Queryable): Promise<unknown> {
  const all = async (sql: string) => (await db.query(sql, [id])).rows
  return {
    district: await all(
      'SELECT d.name, d.attributes, u.username FROM register_district d LEFT JOIN app_user u ON u.id = d.created_by_id WHERE d.id = $1',
    ),
    holders: await all('SELECT id AS holder, name FROM register_holder WHERE district_id = $1 ORDER BY name'),
    parcels: await all(
      `SELECT p.id AS parcel, p.label, p.attributes - 'shares' AS attributes, u.username, p.created_at::text AS at, plot.area::text AS area
       FROM register_parcel p JOIN app_user u ON u.id = p.created_by_id LEFT JOIN register_plot plot ON plot.parcel_ptr_id = p.id
       WHERE p.district_id = $1 ORDER BY p.label`,
    ),
    shares: await all(
      `SELECT h.id AS holder, p.label, s.value FROM register_parcel p CROSS JOIN jsonb_each(p.attributes -> 'shares') s
       LEFT JOIN register_holder h ON h.id = s.key AND h.district_id = p.district_id WHERE p.district_id = $1 ORDER BY p.label, h.name`,
    ),
    links: await all(
      `SELECT l.parcel_id AS parcel, l.holder_id AS holder FROM register_parcel_holders l JOIN register_parcel p ON p.id = l.parcel_id
       JOIN register_holder h ON h.id = l.holder_id WHERE p.district_id = $1 ORDER BY p.label, h.name`,
    ),
  }
}

export async function documentsContent({ id }: ResourceRef, db: Queryable): Promise<unknown> {
  const all = async (sql: string) => (await db.query(sql, [id])).rows
  return {
    documents: await all(
      'SELECT id AS document, title FROM register_document WHERE district_id = $1 ORDER BY title',
    ),
    links: await all(
      `SELECT l.note, t.app_label, t.model, l.document_id AS document, h.id AS holder, p.id AS parcel, d.id AS district, o.id AS other, o.id = l.document_id AS own
       FROM register_documentlink l JOIN register_document x ON x.id = l.document_id JOIN content_type t ON t.id = l.content_type_id
       LEFT JOIN register_holder h ON t.model = 'holder' AND h.id = l.record_id LEFT JOIN register_parcel p ON t.model = 'parcel' AND p.id = l.record_id
       LEFT JOIN register_district d ON t.model = 'district' AND d.id = l.record_id
       LEFT JOIN register_document o ON t.model = 'document' AND o.id = l.record_id
       WHERE x.district_id = $1 ORDER BY l.note`,
    ),
  }
}

/** What each link leads to, by its name; null for a row of another district. */
export async function linksOf(
  district: ResourceRef | undefined,
  db: Pick<pg.Pool, 'query'>,
): Promise<readonly object[]> {
  const { rows } = await db.query(
    `SELECT l.note, coalesce(h.name, p.label, o.title, d.name) AS led FROM register_documentlink l
     JOIN register_document x ON x.id = l.document_id AND x.district_id = $1 JOIN content_type t ON t.id = l.content_type_id
     LEFT JOIN register_holder h ON t.model = 'holder' AND h.id = l.record_id AND h.district_id = $1
     LEFT JOIN register_parcel p ON t.model = 'parcel' AND p.id = l.record_id AND p.district_id = $1
     LEFT JOIN register_document o ON t.model = 'document' AND o.id = l.record_id AND o.district_id = $1
     LEFT JOIN register_district d ON t.model = 'district' AND d.id = l.record_id AND d.id = $1 ORDER BY l.note`,
    [district?.id],
  )
  return rows
}
