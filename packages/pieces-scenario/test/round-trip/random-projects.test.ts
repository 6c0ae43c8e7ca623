import { type ArtifactStore, type JobReport, memoryArtifacts } from '@piecework/core'
import { type ArchiveRef, jobIds, type PieceCounts } from '@piecework/core/piece'
import { planningProject } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Instance, principal, projectRef, succeeded } from '../support/instance.js'
import { type AnyProject, anyProject, anyTables } from './any-project.js'
import { archiveRows } from './archive-rows.js'
import {
  added,
  type ExactRows,
  everyRow,
  idsIn,
  planningColumns,
  renamedRows,
  rowsOfProject,
} from './exact-rows.js'
import { type Host, openHost } from './host.js'
import { type Inserted, insertProject, type StrayCounts } from './insert-project.js'

/** A few for every run; thousands by `PIECEWORK_RANDOM_PROJECTS=5000`. */
const numRuns = Number(process.env.PIECEWORK_RANDOM_PROJECTS ?? 6)

const test = needsServer(suite('random projects'))
/** For people only; what they make of a project is tested with them. */
const without = [planningProject(), planningScenario()].flatMap(({ pieces = [] }) =>
  pieces.filter(({ exportOnly }) => exportOnly).map(({ name }) => name),
)
let artifacts: ArtifactStore
let here: Host
let there: Host

test.before(async () => {
  artifacts = memoryArtifacts()
  here = await openHost(artifacts)
  there = await openHost(artifacts)
})
test.after(async () => {
  await here.close()
  await there.close()
})

/** The ids that a copy made by a job has in place of a project's own. */
function renaming({ id, ids }: Inserted, job: string, to: Host): (old: string) => string {
  const tables = new Map(Object.entries(ids).flatMap(([table, list]) => list.map((one) => [one, table])))
  tables.set(id, 'projects')
  const shared = new Map([...here.sharedByKey].map(([key, one]) => [one, to.sharedByKey.get(key) ?? '']))
  return (old) => {
    const table = tables.get(old)
    return table === undefined ? (shared.get(old) ?? old) : jobIds(job).idOf(table, old)
  }
}

async function exported(from: Instance, project: string): Promise<JobReport & { archive: ArchiveRef }> {
  const report = await (
    await from.piecework.export({ principal, resource: projectRef(project), without })
  ).ended()
  succeeded(report)
  const { archive } = report.job.result
  if (!archive) throw new Error('no archive')
  return { ...report, archive }
}

/** Law 11: what was exported was copied or left out, node by node, and what was left out was told. */
function countsAreHonest(source: JobReport, copy: JobReport, strays: StrayCounts): void {
  const rows = ({ nodes }: JobReport, count: (counts: PieceCounts) => number) =>
    nodes.flatMap(({ task, piece, resource, counts }) =>
      counts && ['export', 'import', 'clone'].includes(task)
        ? [`${resource?.kind} ${resource?.id} ${piece}: ${count(counts)}`]
        : [],
    )
  assert.equal(
    rows(copy, (counts) => counts.rows + (counts.skipped ?? 0)).sort(),
    rows(source, (counts) => counts.rows).sort(),
    'honest counts: the counts do not add up',
  )
  const told = (code: string) =>
    copy.findings.reduce((sum, found) => (found.code === code ? sum + (found.count ?? 1) : sum), 0)
  assert.is(
    copy.counts.skipped,
    strays.rows,
    'honest counts: other rows were left out than those that lead nowhere',
  )
  assert.is(told('table/row-skipped'), strays.rows, 'honest counts: rows were left out in silence')
  assert.is(told('table/reference-dangling'), strays.references, 'references were emptied in silence')
  assert.equal(
    copy.findings.filter(({ code }) => !['table/row-skipped', 'table/reference-dangling'].includes(code)),
    [],
  )
}

/**
 * Bystanders stay as they are, and no id of theirs or of the source is in the copy, but for those of shared
 * rows.
 */
function onlyAdded(before: ExactRows, after: ExactRows, copy: ExactRows, sources: ExactRows): void {
  const { added: more, lost } = added(before, after)
  assert.equal(lost, [], 'rows of others have changed')
  assert.equal(more, [...copy].sort(), 'rows were added that are none of the copy')
  const known = idsIn([...before, ...sources])
  for (const { sharedByKey } of [here, there]) {
    for (const id of sharedByKey.values()) known.delete(id)
  }
  assert.equal(
    [...idsIn(copy)].filter((id) => known.has(id)),
    [],
    'old ids have survived',
  )
}

const nameless = { projects: ['name'] }

async function roundTrip(project: AnyProject, bystander: AnyProject, home: boolean): Promise<void> {
  const surroundings = { shared: here.sharedIds, foreign: here.residentIds }
  await Promise.all([here.clear(), there.clear()])
  await (await insertProject(here.db, bystander, surroundings)).stray()
  const source = await insertProject(here.db, project, surroundings)
  const clean = await rowsOfProject(here.db, source.id)
  const cleanNameless = await rowsOfProject(here.db, source.id, nameless)
  const cleanArchive = await exported(here, source.id)
  const strays = await source.stray()
  const before = await everyRow(here.db)

  const archived = await exported(here, source.id)
  if (home) {
    const { archive } = await exported(here, source.id)
    assert.is(archive.digest, archived.archive.digest, 'reproducible: digests differ')
    await artifacts.delete(archive.artifact)
  }
  assert.equal(await everyRow(here.db), before, 'an export has changed something')

  const to = home ? here : there
  const hosts = await everyRow(to.db)
  const imported = await (await to.piecework.import({ principal, archive: archived.archive })).ended()
  const copy = succeeded(imported)
  const rename = renaming(source, imported.job.id, to)
  const rows = await rowsOfProject(to.db, copy)
  assert.equal(rows, renamedRows(clean, rename), 'an import differs from its source')
  countsAreHonest(archived, imported, strays)
  onlyAdded(hosts, await everyRow(to.db), rows, before)

  const again = await exported(to, copy)
  assert.equal(
    await archiveRows(artifacts, again.archive.artifact),
    renamedRows(await archiveRows(artifacts, cleanArchive.archive.artifact), rename),
    'the archive of the copy differs',
  )

  const host = await everyRow(here.db)
  const cloned = await (
    await here.piecework.clone({ principal, resource: projectRef(source.id), without, name: 'Copy' })
  ).ended()
  const twin = succeeded(cloned)
  assert.equal(
    await rowsOfProject(here.db, twin, nameless),
    renamedRows(cleanNameless, renaming(source, cloned.job.id, here)),
    'a clone differs from its source',
  )
  countsAreHonest(archived, cloned, strays)
  onlyAdded(host, await everyRow(here.db), await rowsOfProject(here.db, twin), before)
  for (const { artifact } of [cleanArchive.archive, archived.archive, again.archive])
    await artifacts.delete(artifact)
}

test('new ids: random projects survive export, import, export and a clone with nothing changed but ids', async () => {
  await fc.assert(fc.asyncProperty(anyProject, anyProject, fc.boolean(), roundTrip), {
    numRuns,
    // The same each time.
    examples: fc.sample(fc.tuple(anyProject, anyProject, fc.boolean()), { seed: 20_261_122, numRuns: 4 }),
    includeErrorInReport: true,
  })
})

test('coverage: every column is drawn at random, or is a key', async () => {
  const keys = ['id', 'project_id', 'owner_id', 'state', 'stable_key']
  const missing = (await planningColumns(here.db)).filter(
    ({ table, column }) => !keys.includes(column) && anyTables[table]?.[column] === undefined,
  )
  assert.equal(missing, [])
})

test.run()
