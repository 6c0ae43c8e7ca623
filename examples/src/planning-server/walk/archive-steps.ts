import assert from 'node:assert/strict'
import { compare, follow } from './steps.js'
import { valueAt, type WalkStep } from './walk-step.js'

/** The import has given the project a name of its own, which is in its metadata. */
const isEqualButForNames: WalkStep['check'] = ({ json }) => {
  const resources = valueAt(json, 'resources') as { pieces: { piece: string; equal: boolean }[] }[]
  const differing = resources.flatMap(({ pieces }) => pieces).filter(({ equal }) => !equal)
  assert.deepEqual(
    differing.map(({ piece }) => piece),
    ['project/metadata'],
    'They differ in more than a name',
  )
}

export const archiveSteps: readonly WalkStep[] = [
  {
    title: 'What is in it',
    line: 'curl "$API/archives/inspect" -H "$ANN" -H "Content-Type: application/zip" --data-binary @project.zip',
    status: 200,
  },
  {
    title: 'Import it',
    line: 'curl "$API/projects/import?name=Imported" -H "$ANN" -H "Content-Type: application/zip" --data-binary @project.zip',
    status: 202,
    keep: { JOB: 'id' },
  },
  follow('succeeded', { IMPORTED: 'job.resource.id' }),
  compare('IMPORTED', 'JOB'),
  {
    title: 'Compare the archive with it, whatever its ids',
    line: `curl "$API/archives/diff" -H "$ANN" -H "$JSON" -d '{"a":{"job":"'$EXPORT'"},"b":{"resource":{"kind":"project","id":"'$IMPORTED'"}}}'`,
    status: 200,
    check: isEqualButForNames,
  },
  {
    title: 'A file that is no archive',
    line: 'curl "$API/archives/inspect" -H "$ANN" -H "Content-Type: application/zip" -d nothing',
    status: 422,
    has: { code: 'archive-invalid' },
  },
]
