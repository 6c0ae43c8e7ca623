import { compare, follow } from './steps.js'
import type { WalkStep } from './walk-step.js'

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
    title: 'A file that is no archive',
    line: 'curl "$API/archives/inspect" -H "$ANN" -H "Content-Type: application/zip" -d nothing',
    status: 422,
    has: { code: 'archive-invalid' },
  },
]
