import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pipeline } from 'node:stream/promises'
import type {
  ArchiveRef,
  Finding,
  ImportRequest,
  JobHandle,
  JobNode,
  JobReport,
  ResourceRef,
} from '@piecework/core'
import { PieceworkError } from '@piecework/core'
import { planningSchema } from '@piecework/pieces-project'
import { compareResources, type TableComparison } from '@piecework/test-support'
import type { DemoHost } from './host.js'
import type { DemoInput } from './input.js'
import { type SummaryRow, summaryOf } from './summary.js'
import { bytesText, findingsText, progressText, rowsText } from './texts.js'

/** What the demo has done so far; each step adds to it. */
export interface DemoRun {
  readonly input: DemoInput
  readonly summary: SummaryRow[]
  readonly findings: Finding[]
  readonly comparisons: { readonly pair: string; readonly tables: readonly TableComparison[] }[]
  /** Path of the archive that stays. */
  archive?: { readonly path: string; readonly size: number; readonly digest: string }
}

export interface DemoStep {
  readonly title: string
  /** `tell` shows how far it is; the result says what was done. */
  run(tell: (text: string) => void): Promise<string>
}

const principal = { id: 'demo' }

/** A project's tables; the caller chose each project's name, and the ids inside documents are others. */
const planning = {
  schema: planningSchema,
  root: 'projects',
  differing: { projects: ['name'] },
  idsInside: { geoprocessing: 'features', protected_area_ids: 'protected_areas', raw: 'features' },
}

/** The main job, step by step; a step that finds a difference throws. `signal` cancels the job that runs. */
export function demoSteps(
  host: DemoHost,
  run: DemoRun,
  archiveFile: string,
  signal: AbortSignal,
): readonly DemoStep[] {
  const { piecework, database, artifacts } = host
  const request = (): ImportRequest => ({
    format: 'legacy-marxan',
    uploads: run.input.uploads,
    name: run.input.name,
    principal,
  })
  const made: ResourceRef[] = []
  const jobs: string[] = []
  let archive: ArchiveRef | undefined

  const job = async (
    step: string,
    asking: Promise<JobHandle>,
    tell: (text: string) => void,
    bytesOf?: (node: JobNode) => number | undefined,
  ): Promise<JobReport> => {
    const handle = await asking
    const cancel = () => void handle.cancel().catch(() => undefined)
    signal.addEventListener('abort', cancel)
    if (signal.aborted) cancel()
    for await (const update of handle.watch()) tell(progressText(update))
    signal.removeEventListener('abort', cancel)
    const report = await handle.ended()
    for (const finding of report.findings.map(asOption)) {
      if (!isKnown(run.findings, finding)) run.findings.push(finding)
    }
    await handle.result()
    jobs.push(handle.id)
    if (report.job.result.resource) made.push(report.job.result.resource)
    run.summary.push(...summaryOf(step, report, bytesOf))
    return report
  }
  const compare = async (from: number, to: number, tell: (text: string) => void): Promise<void> => {
    const pair = `project ${from + 1} and project ${to + 1}`
    tell(pair)
    // Job 0 validates, 1 imports the folder, 2 exports, 3 imports the archive, 4 clones.
    const between = jobs.slice(3 + from, 3 + to)
    const tables = await compareResources(database, {
      ...planning,
      from: made[from]?.id ?? '',
      to: made[to]?.id ?? '',
      jobs: between,
    })
    run.comparisons.push({ pair, tables })
  }

  return [
    {
      title: `Validate ${run.input.name}`,
      run: async (tell) => {
        await job('validate', piecework.validate(request()), tell)
        return findingsText(run.findings)
      },
    },
    {
      title: 'Import the folder as a project with one scenario',
      run: async (tell) => rowsText(await job('import folder', piecework.import(request()), tell)),
    },
    {
      title: 'Export to an archive',
      run: async (tell) => {
        const report = await job('export', piecework.export({ resource: at(made, 0), principal }), tell)
        archive = report.job.result.archive
        return `${rowsText(report)}, ${bytesText(archive?.size ?? 0)}`
      },
    },
    {
      title: 'Verify the archive',
      run: async () => {
        if (!archive) throw new PieceworkError('internal', 'The export made no archive.')
        const started = performance.now()
        const { ok, entries, rows, bytes, findings } = await piecework.verify(archive)
        run.findings.push(...findings)
        if (!ok) throw new PieceworkError('archive-checksum', 'The archive is not what its manifest says.')
        run.summary.push({
          step: 'verify',
          piece: '',
          rows,
          bytes,
          seconds: (performance.now() - started) / 1000,
        })
        return `${entries} entries, every checksum right`
      },
    },
    {
      title: 'Import the archive as a second project',
      run: async (tell) => {
        if (!archive) throw new PieceworkError('internal', 'The export made no archive.')
        const name = `${run.input.name} (imported)`
        const { pieces } = await piecework.inspect(archive)
        const bytesOf = ({ piece, resource }: JobNode) =>
          pieces.find((one) => one.name === piece && one.resource.id === resource?.id)?.bytes
        return rowsText(
          await job('import archive', piecework.import({ archive, name, principal }), tell, bytesOf),
        )
      },
    },
    {
      title: 'Clone the second project into a third',
      run: async (tell) =>
        rowsText(await job('clone', piecework.clone({ resource: at(made, 1), principal }), tell)),
    },
    {
      title: 'Compare all three, table by table',
      run: async (tell) => {
        for (const [from, to] of [
          [0, 1],
          [1, 2],
          [0, 2],
        ] as const)
          await compare(from, to, tell)
        const differing = run.comparisons.flatMap(({ pair, tables }) =>
          tables
            .filter((one) => one.differences > 0)
            .map((one) => `${one.table} of ${pair} in ${one.differences} rows`),
        )
        if (differing.length > 0)
          throw new PieceworkError('counts-differ', `Differences: ${differing.join(', ')}.`)
        const rows = run.comparisons[0]?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0
        return `${rows.toLocaleString('en-US')} rows in ${run.comparisons[0]?.tables.length} tables, all equal`
      },
    },
    {
      title: 'Keep the archive',
      run: async () => {
        if (!archive) throw new PieceworkError('internal', 'The export made no archive.')
        await mkdir(dirname(archiveFile), { recursive: true })
        await pipeline(artifacts.open(archive.artifact), createWriteStream(archiveFile))
        run.archive = { path: archiveFile, size: archive.size, digest: archive.digest }
        return archiveFile
      },
    },
  ]
}

function at(made: readonly ResourceRef[], index: number): ResourceRef {
  const resource = made[index]
  if (!resource) throw new PieceworkError('internal', 'A step before this one made no project.')
  return resource
}

/** In the words of this program. */
function asOption(finding: Finding): Finding {
  if (finding.code !== 'legacy/grid-id-attribute') return finding
  return { ...finding, hint: 'Name it with --id-attribute <name>.' }
}

export function isKnown(findings: readonly Finding[], finding: Finding): boolean {
  const key = JSON.stringify(finding)
  return findings.some((one) => JSON.stringify(one) === key)
}
