import { PieceworkError } from '../contracts/errors.js'
import type { Input } from '../contracts/format.js'
import { canonicalOldRef, canonicalTree } from '../plan/canonical-ref.js'
import type { Registry } from '../plan/registry.js'
import { resourceName, walkTree } from '../plan/tree.js'

/**
 * The input with one spelling of each old id: references in its rows have that, as PostgreSQL prints it. Throws
 * `archive-invalid` if the tree names a resource twice.
 */
export function canonicalInput(registry: Registry, input: Input): Input {
  const tree = canonicalTree(registry, input.tree)
  const seen = new Set<string>()
  for (const { ref } of walkTree(tree)) {
    const name = resourceName(ref)
    if (seen.has(name)) throw new PieceworkError('archive-invalid', `The input has ${name} twice.`)
    seen.add(name)
  }
  const nodes = input.nodes.map((node) => ({ ...node, resource: canonicalOldRef(registry, node.resource) }))
  return { ...input, tree, nodes, close: () => input.close() }
}
