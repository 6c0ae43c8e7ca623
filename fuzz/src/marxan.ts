import {
  createPiecework,
  type JobReport,
  memoryArtifacts,
  memoryStore,
  type UploadSource,
} from '@piecework/core'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningMigrations, planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioMigrations } from '@piecework/pieces-scenario'
import { fromPg, migrate } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import type { Closers } from './closers.js'
import { keysBut } from './files-of.js'
import { type Folder, units } from './marxan-folders.js'
import { scratchPool } from './scratch-pool.js'
import { principal } from './subject.js'

/** A host of planning projects whose uploads are mutated. */
export interface MarxanSubject {
  /** Validates the folder, or imports it. */
  take(folder: Folder, way: 'validate' | 'import'): Promise<JobReport>
  /** What is wrong with what an import has made; it is deleted then. */
  differences(folder: Folder, report: JobReport): Promise<readonly string[]>
  /** What is there that was not there before. */
  leftovers(): Promise<readonly string[]>
}

export async function marxanSubject(url: string, closers: Closers): Promise<MarxanSubject> {
  const pool = await scratchPool(url, 6, closers)
  const database = fromPg(pool)
  await migrate(database, [...planningMigrations, ...scenarioMigrations])
  const artifacts = memoryArtifacts()
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario(), legacyMarxanPack()],
    store: memoryStore({ database }),
    artifacts,
    runtime: inProcess(),
    maxAttempts: 1,
    backoffMs: 0,
  })
  await piecework.start()
  closers.add(() => piecework.stop())
  const empty = () => pool.query('DELETE FROM planning.projects')
  return {
    take: async (folder, way) => {
      const uploads = Object.fromEntries(Object.entries(folder).map(([role, bytes]) => [role, once(bytes)]))
      const job = await piecework[way]({ format: 'legacy-marxan', uploads, principal, name: 'Fuzz' })
      return job.ended()
    },
    differences: async (folder, { job, findings }) => {
      const project = job.result.resource?.id
      const { rows } = await pool.query(made, [project])
      await empty()
      return Object.entries(rows[0] ?? {}).flatMap(([role, found]) => {
        // Shapes of features have amounts, too.
        if (role === 'puvspr_dat' && folder.features) return []
        const all = plainRows(folder[role.replace('_', '.')])
        // Those of units that the grid does not have are left out, and told.
        const wanted = findings.length > 0 ? all?.filter(([unit = 0]) => units.includes(unit)) : all
        if (!wanted || JSON.stringify(wanted) === JSON.stringify(found ?? [])) return []
        return [`${role}: made ${JSON.stringify(found)} of ${JSON.stringify(wanted)}`]
      })
    },
    leftovers: async () => {
      // A failed import keeps its project, hidden; its rows go with it.
      const { rows } = await pool.query(`SELECT name FROM planning.projects WHERE state <> 'incomplete'`)
      await empty()
      return [...rows.map(({ name }) => `project ${name}`), ...(await keysBut(artifacts, ''))]
    },
  }
}

const once = (bytes: Buffer): UploadSource => ({
  stream: (async function* () {
    yield bytes
  })(),
})

/** Rows of tables, as they came: of units `[id, cost]`, of amounts `[unit, amount]`. */
const made = `
  SELECT (SELECT json_agg(json_build_array(u.puid, s.cost) ORDER BY u.puid) FROM planning.scenario_planning_units s
          JOIN planning.planning_units u ON u.id = s.planning_unit_id WHERE u.project_id = $1) AS pu_dat,
         (SELECT json_agg(json_build_array(u.puid, a.amount) ORDER BY u.puid, a.amount) FROM planning.feature_amounts a
          JOIN planning.features f ON f.id = a.feature_id JOIN planning.planning_units u ON u.id = a.planning_unit_id
          WHERE f.project_id = $1) AS puvspr_dat`

/** Where the compared columns are. */
const headers: Readonly<Record<string, readonly [number, number]>> = {
  'id,cost,status,xloc,yloc': [0, 2],
  'species,pu,amount': [1, 3],
}

/** Sorted rows of a table that is spelled in the plainest way, by other code than an import's; undefined of others. */
function plainRows(bytes: Buffer | undefined): readonly (readonly number[])[] | undefined {
  const [header = '', ...lines] = String(bytes).trimEnd().split('\n')
  const columns = headers[header]
  if (!columns) return undefined
  const rows = lines.map((line) => line.split(','))
  const isPlain = rows.every(
    (cells) =>
      cells.length === header.split(',').length &&
      cells.every((cell) => /^\d{1,9}(\.\d{1,6})?(e\d)?$/.test(cell)),
  )
  if (!isPlain) return undefined
  const numbers = rows.map((cells) => cells.slice(...columns).map(Number))
  return numbers.sort((a, b) => a.map((value, at) => value - (b[at] ?? 0)).find((by) => by !== 0) ?? 0)
}
