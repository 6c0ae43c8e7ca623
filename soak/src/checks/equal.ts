import type { Job, JobReport } from '@piecework/core'
import type { EntryDiff } from '@piecework/core/piece'
import { planningSchema } from '@piecework/pieces-project'
import { compareResources } from '@piecework/test-support'
import type { SoakJob } from '../place.js'
import { type Problem, problem } from '../problem.js'
import type { Scene } from '../scene.js'
import { watcher } from '../watcher.js'

/**
 * What the job has made is what it was made of: all rows by their ids, or by their natural keys, or the
 * archive to the last byte.
 */
export async function equalToSource(
  scene: Scene,
  kind: SoakJob,
  { job }: JobReport,
): Promise<readonly Problem[]> {
  if (kind === 'redelivery') return []
  if (kind === 'export' || kind === 'delivery') return equalFiles(scene, kind, job)
  const made = job.result.resource?.id
  if (made === undefined) return [problem('lost', `job ${job.id} has succeeded and made nothing`)]
  if (kind === 'legacy import') return equalByKeys(scene, made)
  const { database } = await scene.whole()
  const tables = await compareResources(database, {
    schema: planningSchema,
    root: 'projects',
    from: scene.sources.project.id,
    to: made,
    jobs: [job.id],
    differing: { projects: ['name', 'owner_id', 'created_at', 'updated_at'] },
    idsInside: { geoprocessing: 'features', protected_area_ids: 'protected_areas', raw: 'features' },
  })
  return tables.flatMap(({ table, differences }) =>
    differences > 0 ? [problem('wrong', `${differences} rows of ${table} differ from the source's`)] : [],
  )
}

async function equalFiles(
  { host, references }: Scene,
  kind: SoakJob,
  { result }: Job,
): Promise<readonly Problem[]> {
  const artifact = result.archive?.artifact ?? ''
  const { ok, digest, findings } = await host.piecework.verify({ artifact }, watcher)
  const { digest: expected, outputs = {} } = references[kind]
  const others = (result.outputs ?? []).filter(({ name, sha256 }) => outputs[name] !== sha256)
  return [
    ...others.map(({ name }) => problem('wrong', `the output ${name} has other bytes`)),
    ...(ok ? [] : [problem('wrong', `the archive is broken: ${findings[0]?.message}`)]),
    ...(digest === expected ? [] : [problem('wrong', `the archive has digest ${digest}, not ${expected}`)]),
  ]
}

/** Two imports of the same files have no id in common. */
async function equalByKeys({ whole, beside }: Scene, made: string): Promise<readonly Problem[]> {
  const live = (id: string) => ({ resource: { kind: 'project', id }, ...watcher })
  const { piecework } = await whole()
  const { resources } = await piecework.diff(live(beside.sources.project.id), live(made), watcher)
  return resources.flatMap(({ pieces }) =>
    pieces.flatMap(({ piece, entries }) =>
      entries
        .filter((entry) => !entry.equal && !isYounger(entry))
        .map(({ path, rows }) => {
          const how = rows ? JSON.stringify(rows) : 'other bytes'
          return problem('wrong', `${piece} differs from an import that nothing befell: ${path}, ${how}`)
        }),
    ),
  )
}

/** Nothing but the times of its making differ. */
function isYounger({ rows }: EntryDiff): boolean {
  const times = ['created_at', 'updated_at']
  return (
    rows?.added === 0 && rows.removed === 0 && Object.keys(rows.columns).every((one) => times.includes(one))
  )
}
