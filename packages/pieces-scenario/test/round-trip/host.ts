import type { ArtifactStore } from '@piecework/core'
import { type Instance, instance } from '../support/instance.js'
import { madeUpProject } from '../support/made-up-project.js'
import type { TableIds } from './insert-project.js'

/** An instance with shared rows and a project that stays while random ones come and go. */
export interface Host extends Instance {
  readonly resident: string
  readonly residentIds: TableIds
  readonly sharedIds: TableIds
  /** By `table stable key`. */
  readonly sharedByKey: ReadonlyMap<string, string>
  /** Takes all projects but the resident away. */
  clear(): Promise<void>
}

interface Row {
  readonly table: string
  readonly id: string
  readonly project: string | null
  readonly key: string | null
}

const tables = ['planning_areas', 'planning_units', 'protected_areas', 'cost_surfaces', 'features']

export async function openHost(artifacts: ArtifactStore): Promise<Host> {
  const opened = await instance(artifacts)
  const { db } = opened
  const resident = await madeUpProject(db, opened.shared)
  const selects = tables.map(
    (table) =>
      `SELECT '${table}' AS "table", id::text AS id, project_id::text AS project, to_jsonb(t) ->> 'stable_key' AS key FROM planning.${table} t`,
  )
  const { rows } = await db.query<Row>(`${selects.join(' UNION ALL ')} ORDER BY "table", key, id`)
  const idsOf = (project: string | null): TableIds =>
    Object.fromEntries(
      tables.map((table) => [
        table,
        rows.filter((row) => row.table === table && row.project === project).map(({ id }) => id),
      ]),
    )
  return {
    ...opened,
    resident,
    residentIds: idsOf(resident),
    sharedIds: idsOf(null),
    sharedByKey: new Map(
      rows.filter(({ project }) => project === null).map(({ table, key, id }) => [`${table} ${key}`, id]),
    ),
    clear: async () => {
      await db.query('DELETE FROM planning.projects WHERE id <> $1', [resident])
    },
  }
}
