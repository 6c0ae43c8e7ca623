import type { Queryable, ResourceKind, ResourceRef } from '@piecework/core/piece'
import { tenureKey } from './tenure-key.js'
import { tenureTables } from './tenure-tables.js'

/** Organizations of the schema `tenure`. They hold projects; an import makes none. */
export const organizationKind = {
  kind: 'tenure-organization',
  table: tenureTables.organizations,
  key: tenureKey,
  describe: async ({ id }: ResourceRef, db: Queryable) =>
    (await db.query<{ name: string }>(`SELECT name FROM ${tenureTables.organizations} WHERE id = $1`, [id]))
      .rows[0],
} satisfies ResourceKind
