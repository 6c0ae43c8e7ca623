import type { Target } from '../contracts/target.js'
import { nameDefaults } from '../defaults.js'

/** What could not work later of the targets of deliveries. */
export function* targetProblems(targets: Iterable<Target>): Iterable<string> {
  for (const { name } of targets)
    if (
      !/^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*)?$/.test(name) ||
      name.length > nameDefaults.nameCharacters
    )
      yield `Target "${name}" needs a name like "folder" or "pack/target", of ${nameDefaults.nameCharacters} characters at most.`
}
