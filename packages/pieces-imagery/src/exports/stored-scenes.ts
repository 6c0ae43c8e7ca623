import { PieceworkError, type Queryable } from '@piecework/core/piece'
import type { ImageryAccess, Principal } from '../imagery-access.js'
import { imageryTables } from '../imagery-tables.js'
import { sameId } from '../same-id.js'
import type { SceneFacts } from '../scene/scene-facts.js'
import { type FactRow, factColumns, factsOfRow } from '../scene/scene-row.js'
import type { ParsedTool } from '../tool/tool.js'

/** A scene as it is stored. */
export interface StoredScene {
  readonly id: string
  readonly artifact: string
  readonly facts: SceneFacts
}

/** Ids of scenes by the nodes that read them, the last one on top. */
export type Sources = Readonly<Record<string, readonly string[]>>

/**
 * Scenes of the projects and scenes that a tool names. Throws `imagery/source-unknown` for what is not there, and the same
 * words for what the principal may not read.
 */
export async function sourcesOf(
  db: Queryable,
  access: ImageryAccess,
  principal: Principal,
  tool: ParsedTool,
): Promise<Sources> {
  const found: Record<string, readonly string[]> = {}
  for (const [node, source] of Object.entries(tool.nodes)) {
    if (source.type !== 'project' && source.type !== 'scene') continue
    const isProject = source.type === 'project'
    const scenes = isProject ? await scenesOfProject(db, source.id) : await sceneItself(db, source.id)

    const kind = isProject ? 'imagery-project' : 'imagery-scene'
    const isAllowed = await access.allows(principal, 'export', { kind, id: source.id })
    if (!scenes || !isAllowed) throw unknown(node, source.type, source.id)
    for (const id of isProject ? scenes : [])
      if (!(await access.allows(principal, 'export', { kind: 'imagery-scene', id })))
        throw unknown(node, source.type, source.id)
    if (scenes.length === 0)
      throw new PieceworkError('imagery/scene-missing', `The project "${source.id}" has no scenes`, {
        facts: { node, project: source.id },
      })
    found[node] = scenes
  }
  return found
}

/** Asks again, of what was frozen: access may have been taken away. */
export async function assertMayRead(
  access: ImageryAccess,
  principal: Principal,
  tool: ParsedTool,
  sources: Sources,
): Promise<void> {
  for (const [node, source] of Object.entries(tool.nodes)) {
    if (source.type !== 'project' && source.type !== 'scene') continue
    const asked = [
      ...(source.type === 'project' ? [{ kind: 'imagery-project', id: source.id }] : []),
      ...(sources[node] ?? []).map((id) => ({ kind: 'imagery-scene', id })),
    ]
    for (const resource of asked)
      if (!(await access.allows(principal, 'export', resource))) throw unknown(node, source.type, source.id)
  }
}

function unknown(node: string, type: 'project' | 'scene', id: string): PieceworkError {
  return new PieceworkError(
    'imagery/source-unknown',
    `There is no ${type} "${id}", which the node "${node}" reads`,
    {
      facts: { node, [type]: id },
    },
  )
}

async function scenesOfProject(db: Queryable, id: string): Promise<readonly string[] | undefined> {
  const { rows } = await db.query<{ scenes: string[] }>(
    `SELECT ARRAY(SELECT s.scene_id::text FROM ${imageryTables.project_scenes} s
       WHERE s.project_id = p.id ORDER BY s.position) AS scenes
     FROM ${imageryTables.projects} p WHERE p.${sameId} AND p.state = 'ready'`,
    [id],
  )
  return rows[0]?.scenes
}

async function sceneItself(db: Queryable, id: string): Promise<readonly string[] | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id::text AS id FROM ${imageryTables.scenes} WHERE ${sameId}`,
    [id],
  )
  return rows[0] && [rows[0].id]
}

/** By id. Throws `imagery/scene-missing` if one has gone. */
export async function storedScenes(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredScene>> {
  const { rows } = await db.query<FactRow & { id: string; artifact: string }>(
    `SELECT id::text AS id, artifact, ${factColumns.join(', ')} FROM ${imageryTables.scenes}
     WHERE id = ANY ($1::uuid[])`,
    [ids],
  )
  const found = new Map(
    rows.map((row) => [row.id, { id: row.id, artifact: row.artifact, facts: factsOfRow(row) }]),
  )
  const gone = ids.find((id) => !found.has(id))
  if (gone !== undefined)
    throw new PieceworkError('imagery/scene-missing', `The scene ${gone} has been deleted`, {
      facts: { scene: gone },
    })
  return found
}
