import { archiveSteps } from './archive-steps.js'
import { cloneSteps } from './clone-steps.js'
import { exportSteps } from './export-steps.js'
import { legacySteps } from './legacy-steps.js'
import { peopleSteps } from './people-steps.js'
import type { WalkPart } from './walk-step.js'

export const walkSteps: readonly WalkPart[] = [
  { title: 'Who may do what', steps: peopleSteps },
  { title: 'Export, and download', steps: exportSteps },
  { title: 'Import what was exported', steps: archiveSteps },
  { title: 'Copy, and cancel', steps: cloneSteps },
  { title: 'Import a Marxan folder, file by file', steps: legacySteps },
]
