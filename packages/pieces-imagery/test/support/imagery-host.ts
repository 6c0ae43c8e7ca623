import { readFileSync } from 'node:fs'
import type { Database } from '@piecework/core/piece'
import type { ArtifactStore } from '@piecework/core/store'
import { addScene, imageryMigrations } from '@piecework/pieces-imagery'
import { fromPg, migrate, postgresStore } from '@piecework/postgres'
import { type ScratchTemplate, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { gdal, sceneFile } from './scenes.js'

export interface ImageryDatabase {
  readonly url: string
  readonly db: Database
  close(): Promise<void>
}

/** With the tables of imagery and of Piecework: to copy them costs less than to make them. */
const template: ScratchTemplate = {
  name: 'imagery',
  prepare: async (url) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    try {
      const database = fromPg(pool)
      await migrate(database, imageryMigrations)
      await postgresStore({ database }).migrate()
    } finally {
      await pool.end()
    }
  },
}

export async function imageryDatabase(): Promise<ImageryDatabase> {
  const scratch = await scratchDatabase({ template })
  const pool = new pg.Pool({ connectionString: scratch.url, max: 6 })
  // Dropping the database may meet connections that are still closing.
  pool.on('error', () => {})
  return {
    url: scratch.url,
    db: fromPg(pool),
    close: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}

export const ana = { id: 'ana' }

export async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

/** A project of sample scenes, the last one on top. */
export async function sampleProject(
  db: Database,
  files: ArtifactStore,
  names: readonly string[],
  bands?: readonly (string | { readonly name: string; readonly role: 'nir' | 'red' | 'green' | 'blue' })[],
): Promise<{ readonly id: string; readonly scenes: readonly string[] }> {
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO imagery.projects (name, description, color_correction, owner)
     VALUES ('Lake, "north"', '', '{"gamma": 1.2}', 'ana') RETURNING id::text AS id`,
  )
  const id = rows[0]?.id ?? ''
  const scenes: string[] = []
  for (const name of names)
    scenes.push(
      await addScene(
        { database: db, files, gdal: await gdal() },
        {
          name,
          owner: 'ana',
          bytes: chunks(readFileSync(sceneFile(name))),
          project: id,
          ...(bands && { bands }),
        },
      ),
    )
  return { id, scenes }
}

export const everybody = { allows: async () => true }
