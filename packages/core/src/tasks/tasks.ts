import type { NodeTask } from '../contracts/nodes.js'
import { assembleTask } from './assemble.js'
import type { TaskRunner } from './attempt-context.js'
import { cloneTask } from './clone.js'
import { deliverTask } from './deliver.js'
import { exportTask } from './export.js'
import { finishTask } from './finish.js'
import { followUpTask } from './follow-up.js'
import { importTask } from './import.js'
import { keysTask } from './keys.js'
import { planTask } from './plan.js'
import { shellsTask } from './shells.js'
import { validateTask } from './validate.js'

export const tasks: Readonly<Record<NodeTask, TaskRunner>> = {
  validate: validateTask,
  plan: planTask,
  export: exportTask,
  assemble: assembleTask,
  deliver: deliverTask,
  keys: keysTask,
  shells: shellsTask,
  import: importTask,
  clone: cloneTask,
  finish: finishTask,
  'follow-up': followUpTask,
}
