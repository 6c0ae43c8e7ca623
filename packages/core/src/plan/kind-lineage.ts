import type { ResourceKind } from '../contracts/resource.js'

/** The kind and its ancestors, nearest first; longer than `kinds` only in a cycle. */
export function kindLineage(kind: string, kinds: ReadonlyMap<string, ResourceKind>): string[] {
  const lineage: string[] = []
  for (
    let at: string | undefined = kind;
    at !== undefined && lineage.length <= kinds.size;
    at = kinds.get(at)?.parent
  ) {
    lineage.push(at)
  }
  return lineage
}
