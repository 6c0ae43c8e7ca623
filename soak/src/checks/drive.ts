import { createHash } from 'node:crypto'
import type { Account } from '../drive/account.js'
import { type Problem, problem } from '../problem.js'

export interface DriveCheck {
  readonly account: Pick<Account, 'files' | 'sessions'>
  readonly output: string
  /** Of the output's bytes, as the job has recorded it. */
  readonly sha256: string
  /** Where the job says that it is. Absent: it does not say that it was delivered. */
  readonly location?: string | undefined
  /** That were begun. */
  readonly attempts: number
  /** Ids of uploads that deliveries have left which had failed. */
  readonly left?: ReadonlySet<string>
}

/**
 * What was delivered is there, once, to the last byte. Of what was delivered no upload is open: but for one of each attempt
 * that has died before it could keep its id, and so has begun it, and no more.
 */
export function onDrive(check: DriveCheck): readonly Problem[] {
  const { account, output, sha256, location, attempts, left = new Set() } = check
  const files = [...account.files.values()]
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  const others = files.filter(({ bytes }) => hash(bytes) !== sha256)
  const problems = others.map(({ path }) =>
    problem('wrong', `${path} in the drive has other bytes than ${output}`),
  )
  const whole = files.filter((file) => !others.includes(file))
  if (whole.length > 1) problems.push(problem('doubled', `${output} is in the drive ${whole.length} times`))
  if (location === undefined) return problems
  if (!whole.some(({ path }) => path === location))
    problems.push(problem('lost', `${output} was delivered to ${location} of the drive, and is not there`))
  const open = [...account.sessions].filter(([id]) => !left.has(id)).map(([, session]) => session)
  if (open.some(({ parts }) => parts.length > 1) || open.length >= Math.max(attempts, 1))
    problems.push(
      problem(
        'left over',
        `${open.length} open uploads of ${output}, which is delivered, after ${attempts} attempts`,
      ),
    )
  return problems
}
