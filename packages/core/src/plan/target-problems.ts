import type { Target } from '../contracts/target.js'

/** What could not work later of the targets of deliveries. */
export function* targetProblems(targets: Iterable<Target>): Iterable<string> {
  for (const { name } of targets)
    if (!/^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*)?$/.test(name) || name.length > longestName)
      yield `Target "${name}" needs a name like "folder" or "pack/target", of ${longestName} characters at most.`
}

const longestName = 100
