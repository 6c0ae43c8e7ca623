import type { KeyRange } from '../contracts/keys.js'
import type { JobNode } from '../contracts/nodes.js'
import type { ReplacedValuePage } from '../contracts/replaced-values.js'

export class MemoryNode {
  fence = 0
  crashes = 0
  /** When the lease lapses, ms since epoch; 0 without one. */
  leaseUntil = 0
  submittedAt = 0
  /** Its transaction is being committed: it cannot be taken over. */
  committing = false
  /** Ranges of keys by table, of the attempt with that fence. */
  keys?: { readonly fence: number; readonly tables: Map<string, readonly KeyRange[]> }
  /** Of the attempt with that fence. */
  summary?: { readonly fence: number; readonly text: string }
  /** Of the attempt with that fence. */
  replaced?: { readonly fence: number; readonly pages: ReplacedValuePage[] }
  /** What attempts keep for the next one, as JSON. */
  kept?: string | undefined
  readonly #changed: () => void
  #node: JobNode

  constructor(node: JobNode, changed: () => void) {
    this.#node = node
    this.#changed = changed
  }

  get node(): JobNode {
    return this.#node
  }

  set node(node: JobNode) {
    this.#changed()
    this.#node = node
  }
}
