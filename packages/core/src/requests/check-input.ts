import { PieceworkError } from '../contracts/errors.js'
import type { Input } from '../contracts/format.js'
import type { ResourceTree } from '../contracts/resource.js'
import type { Registry } from '../plan/registry.js'

/**
 * The author of an input decides its tree: each resource must stand below one of the kind that may hold it,
 * and each piece at a resource of its kind. Throws `archive-invalid`, or `resource-not-found` for a kind that
 * no pack knows.
 */
export function checkInput(registry: Registry, format: string, { tree, nodes }: Input): void {
  checkChildren(registry, tree)
  for (const { piece: name, resource } of nodes) {
    const piece = registry.piece(format, name)
    if (!piece || piece.of === resource.kind) continue
    throw new PieceworkError(
      'archive-invalid',
      `Piece "${name}" belongs to a ${piece.of}; the input has it for a ${resource.kind}.`,
    )
  }
}

function checkChildren(registry: Registry, above: ResourceTree): void {
  for (const child of above.children) {
    if (registry.kind(child.kind).parent !== above.kind)
      throw new PieceworkError(
        'archive-invalid',
        `The input has a ${child.kind} inside a ${above.kind}, which holds none.`,
      )
    checkChildren(registry, child)
  }
}
