import assert from 'node:assert/strict'
import type { JobReport } from '@piecework/core'
import type { ResourceRef } from '@piecework/core/piece'
import { unpack } from '../../end-to-end/support/archive.js'
import type { Host } from '../../end-to-end/support/host.js'
import { ann } from '../../end-to-end/support/tiny-project.js'
import type { Texts } from './problem.js'

/** Files of a folder by path. */
export type Folder = Readonly<Record<string, string>>

export interface Exported {
  readonly report: JobReport
  readonly archive: string
  readonly input: Folder
  readonly output: Folder
}

/** The first scenario of a project. */
export async function scenarioOf(
  { database }: Pick<Host, 'database'>,
  project: string,
): Promise<ResourceRef> {
  const { rows } = await database.query<{ id: string }>(
    'SELECT id::text FROM planning.scenarios WHERE project_id = $1 ORDER BY number',
    [project],
  )
  return { kind: 'scenario', id: rows[0]?.id ?? assert.fail('no scenario') }
}

/** Exports a resource with one scenario, and takes the Marxan folders out of the archive. */
export async function exported(
  { piecework, artifacts }: Pick<Host, 'piecework' | 'artifacts'>,
  resource: ResourceRef,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Exported> {
  const report = await (await piecework.export({ resource, principal: ann, options })).ended()
  assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
  const archive = report.job.result.archive?.artifact ?? assert.fail('no archive')
  const { entries } = await unpack(artifacts, archive)
  const folder = (piece: string): Folder =>
    Object.fromEntries(
      [...entries]
        .filter(([path]) => path.includes(`${piece}/`))
        .map(([path, bytes]) => [
          path.slice(path.indexOf(`${piece}/`) + piece.length + 1),
          bytes.toString('utf8'),
        ]),
    )
  return { report, archive, input: folder('scenario/marxan-input'), output: folder('scenario/marxan-output') }
}

/** The files of an exported folder by role. */
export const byRole = (folder: Folder): Texts =>
  Object.fromEntries(
    Object.entries(folder)
      .filter(([path]) => path.endsWith('.dat'))
      .map(([path, text]) => [path.replace(/^input\//, ''), text]),
  )
