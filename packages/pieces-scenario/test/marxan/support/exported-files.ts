import type { ArtifactStore, Piecework } from '@piecework/core'
import { artifactSource, openArchive } from '@piecework/core/archive'
import type { Finding } from '@piecework/core/piece'
import * as assert from 'uvu/assert'
import { principal } from '../../support/instance.js'

export interface ExportedFiles {
  readonly archive: string
  readonly digest: string
  readonly findings: readonly Finding[]
  /** Text by path, as it lies in the piece's folder. */
  readonly files: Readonly<Record<string, string>>
}

/** Exports a scenario alone and takes one piece's files out of the archive. */
export async function exportedFiles(
  { piecework, artifacts }: { readonly piecework: Piecework; readonly artifacts: ArtifactStore },
  scenario: string,
  piece: string,
  options?: object,
): Promise<ExportedFiles> {
  const resource = { kind: 'scenario', id: scenario }
  const job = await piecework.export({ principal, resource, options: options ? { [piece]: options } : {} })
  const report = await job.ended()
  const { archive } = report.job.result
  assert.is(report.job.outcome, 'succeeded', JSON.stringify(report.job.error))
  const opened = await openArchive(await artifactSource(artifacts, archive?.artifact ?? ''))
  try {
    const files: Record<string, string> = {}
    for (const node of opened.manifest.pieces.filter(({ name }) => name === piece)) {
      const entries = opened.entries(node)
      for (const path of entries.paths) {
        const chunks: Uint8Array[] = []
        for await (const chunk of entries.open(path)) chunks.push(chunk)
        files[path] = Buffer.concat(chunks).toString('utf8')
      }
    }
    const findings = report.findings.filter((finding) => finding.piece === piece)
    return { archive: archive?.artifact ?? '', digest: archive?.digest ?? '', findings, files }
  } finally {
    await opened.close()
  }
}
