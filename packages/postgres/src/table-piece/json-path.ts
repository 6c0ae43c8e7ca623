import { PieceworkError } from '@piecework/core/piece'

/**
 * The name of a member; every element of an array and every value of an object; the names of an object's
 * members, as the last step.
 */
export type JsonStep = { readonly member: string } | 'every' | 'names'

const step = /(?:^|\.)([^.[\]*{}]+)|\[\*\]|(?:^|\.)\*|(?:^|\.)\{\}$/y

/** `features[*].featureId`, `*.id`, `[*]`, `weights.{}`. Throws `registry-invalid`. */
export function parseJsonPath(path: string): readonly JsonStep[] {
  const steps: JsonStep[] = []
  step.lastIndex = 0
  while (step.lastIndex < path.length) {
    const match = step.exec(path)
    if (!match)
      throw new PieceworkError('registry-invalid', `"${path}" is not a path such as "features[*].id".`)
    if (match[1] !== undefined) steps.push({ member: match[1] })
    else steps.push(match[0].endsWith('}') ? 'names' : 'every')
  }
  return steps
}
