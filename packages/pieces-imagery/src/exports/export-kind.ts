import type { Queryable, ResourceKind, ResourceRef } from '@piecework/core/piece'
import { imageryTables } from '../imagery-tables.js'
import { sameId } from '../same-id.js'

/**
 * Configurations of exports: what a job of imagery is about. It claims neither a project nor a scene, so that several may be
 * exported of one project at once.
 */
export const imageryExportKind = {
  kind: 'imagery-export',
  table: imageryTables.exports,
  describe: async ({ id }: ResourceRef, db: Queryable) =>
    (await db.query<{ name: string }>(`SELECT name FROM ${imageryTables.exports} WHERE ${sameId}`, [id]))
      .rows[0],
} satisfies ResourceKind
