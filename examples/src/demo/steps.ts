import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pipeline } from 'node:stream/promises'
import { type ImportRequest, type JobHandle, PieceworkError, type ResourceRef } from '@piecework/core'
import type { ArchiveRef } from '@piecework/core/piece'
import type { JobNode } from '@piecework/core/store'
import { compareProjects } from './compare-projects.js'
import type { DemoRun } from './demo-run.js'
import type { DemoHost } from './host.js'
import type { DemoInput } from './input.js'
import { runJob } from './run-job.js'
import { bytesText, findingsText, rowsText } from './texts.js'

export interface DemoStep {
  readonly title: string
  /** `show` prints how far it is; the result says what was done. */
  run(show: (text: string) => void): Promise<string>
}

const principal = { id: 'demo' }

/**
 * Validate, import, export, verify, import again, clone, compare, keep the archive. `signal` cancels the job
 * that runs.
 */
export function demoSteps(
  { piecework, database, artifacts }: DemoHost,
  run: DemoRun,
  input: DemoInput,
  archiveFile: string,
  signal: AbortSignal,
): readonly DemoStep[] {
  const request = async (): Promise<ImportRequest> => ({
    format: 'legacy-marxan',
    uploads: await input.uploads(),
    name: input.name,
    principal,
  })
  let made: ArchiveRef | undefined
  const archive = (): ArchiveRef => made ?? missing('archive')
  const job = async (
    step: string,
    handle: Promise<JobHandle>,
    show: (text: string) => void,
    bytesOf?: (node: JobNode) => number | undefined,
  ) => runJob(run, await handle, { step, signal, show, ...(bytesOf && { bytesOf }) })

  return [
    {
      title: `Validate ${input.name}`,
      run: async (show) => {
        await job('validate', piecework.validate(await request()), show)
        return findingsText(run.findings)
      },
    },
    {
      title: 'Import the folder as a project with one scenario',
      run: async (show) => rowsText(await job('import folder', piecework.import(await request()), show)),
    },
    {
      title: 'Export to an archive',
      run: async (show) => {
        const resource = projectOf(run, 0)
        const report = await job('export', piecework.export({ resource, principal }), show)
        made = report.job.result.archive
        return `${rowsText(report)}, ${bytesText(archive().size)}`
      },
    },
    {
      title: 'Verify the archive',
      run: async () => {
        const started = performance.now()
        const { ok, entries, rows, bytes, findings } = await piecework.verify(archive(), { principal })
        const seconds = (performance.now() - started) / 1000
        run.findings.push(...findings)
        if (!ok) throw new PieceworkError('archive-checksum', 'The archive does not match its manifest.')
        run.summary.push({ step: 'verify', piece: '', rows, bytes, seconds })
        return `${entries} entries, all checksums correct`
      },
    },
    {
      title: 'Import the archive as a second project',
      run: async (show) => {
        const { pieces } = await piecework.inspect(archive(), { principal })
        const bytesOf = ({ piece, resource }: JobNode) =>
          pieces.find((one) => one.name === piece && one.resource.id === resource?.id)?.bytes
        const again = piecework.import({ archive: archive(), name: `${input.name} (imported)`, principal })
        return rowsText(await job('import archive', again, show, bytesOf))
      },
    },
    {
      title: 'Clone the second project into a third',
      run: async (show) => {
        const resource = projectOf(run, 1)
        return rowsText(await job('clone', piecework.clone({ resource, principal }), show))
      },
    },
    {
      title: 'Compare all three, table by table',
      run: (show) => compareProjects(run, database, show),
    },
    {
      title: 'Keep the archive',
      run: async () => {
        const { artifact, size, digest } = archive()
        await mkdir(dirname(archiveFile), { recursive: true })
        await pipeline(artifacts.open(artifact), createWriteStream(archiveFile))
        run.archive = { path: archiveFile, size, digest }
        return archiveFile
      },
    },
  ]
}

const projectOf = ({ projects }: DemoRun, index: number): ResourceRef => projects[index] ?? missing('project')

function missing(what: string): never {
  throw new PieceworkError('internal', `No step before this one made the ${what}.`)
}
