import { PieceworkError } from '@piecework/core/piece'

/** The name of a member, or every element of an array and every value of an object. */
export type JsonStep = { readonly member: string } | 'every'

const step = /(?:^|\.)([^.[\]*]+)|\[\*\]|(?:^|\.)\*/y

/** `features[*].featureId`, `*.id`, `[*]`. Throws `registry-invalid`. */
export function parseJsonPath(path: string): readonly JsonStep[] {
  const steps: JsonStep[] = []
  step.lastIndex = 0
  while (step.lastIndex < path.length) {
    const match = step.exec(path)
    if (!match)
      throw new PieceworkError('registry-invalid', `"${path}" is not a path such as "features[*].id".`)
    steps.push(match[1] === undefined ? 'every' : { member: match[1] })
  }
  return steps
}
