import type { ResourceKind } from '../contracts/resource.js'
import { kindLineage } from './kind-lineage.js'

/** Adds what is wrong with the kinds of all packs together. */
export function checkKinds(kinds: ReadonlyMap<string, ResourceKind>, problems: string[]): void {
  for (const kind of kinds.values()) {
    if (kind.parent !== undefined && !kinds.has(kind.parent)) {
      problems.push(`Resource kind "${kind.kind}" has the parent "${kind.parent}", which is not registered.`)
    } else if (kindLineage(kind.kind, kinds).length > kinds.size) {
      problems.push(`Resource kind "${kind.kind}" is its own ancestor.`)
    } else if (kind.key === 'natural' && kind.shell) {
      problems.push(
        `Resource kind "${kind.kind}" has natural ids, which people give, so no copy can be made: it can have no shell.`,
      )
    } else if (kind.parent !== undefined) {
      for (const method of ['parentOf', 'listUnder'] as const)
        if (!kind[method]) problems.push(`Resource kind "${kind.kind}" has a parent but no ${method}().`)
    }
  }
}
