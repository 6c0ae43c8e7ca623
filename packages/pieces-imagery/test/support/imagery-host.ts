import { readFileSync } from 'node:fs'
import type { Database } from '@piecework/core/piece'
import type { ArtifactStore } from '@piecework/core/store'
import { addScene, imageryMigrations } from '@piecework/pieces-imagery'
import { fromPg, migrate } from '@piecework/postgres'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { gdal, sceneFile } from './scenes.js'

export interface ImageryDatabase {
  readonly db: Database
  close(): Promise<void>
}

export async function imageryDatabase(): Promise<ImageryDatabase> {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 6 })
  // Dropping the database may meet connections that are still closing.
  pool.on('error', () => {})
  const db = fromPg(pool)
  await migrate(db, imageryMigrations)
  return {
    db,
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
