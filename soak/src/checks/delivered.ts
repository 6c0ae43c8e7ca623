import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Problem, problem } from '../problem.js'

/** An output that is, or was to be, delivered. */
interface Deliverable {
  readonly name: string
  /** Of its bytes, as the job has recorded it. */
  readonly sha256: string
}

export interface DeliveredCheck {
  /** Of one job. */
  readonly folder: string
  /** What may be there. */
  readonly outputs: readonly Deliverable[]
  /** Names of those that must be, for the job says so. */
  readonly delivered: readonly string[]
}

/** Each file is an output to the last byte; none is there twice, and none is missing. */
export async function deliveredWhole({
  folder,
  outputs,
  delivered,
}: DeliveredCheck): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  const found: string[] = []
  for (const file of await filesOf(folder)) {
    const sha256 = createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex')
    const output = outputs.find((one) => one.sha256 === sha256)
    if (!output) problems.push(problem('wrong', `the delivered file "${file}" has the bytes of no output`))
    else if (found.includes(output.name))
      problems.push(problem('doubled', `${output.name} is delivered twice`))
    else found.push(output.name)
  }
  const missing = delivered.filter((name) => !found.includes(name))
  return [...problems, ...missing.map((name) => problem('lost', `${name} was delivered, and is not there`))]
}

async function filesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return []
  })
}
