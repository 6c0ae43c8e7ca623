import { randomUUID } from 'node:crypto'
import type { NewFiles } from '@piecework/core/piece'

/** Files of one attempt, as the laws hear of them. `first` is told before they are, and may refuse. */
export function lawFiles(
  first?: (files: readonly string[]) => Promise<void>,
): NewFiles & { readonly announced: readonly string[] } {
  const announced: string[] = []
  const names = new Map<string, string>()
  return {
    announced,
    nameOf: (oldKey) => {
      const name = names.get(oldKey) ?? randomUUID()
      names.set(oldKey, name)
      return name
    },
    announce: async (files) => {
      await first?.(files)
      announced.push(...files)
    },
    withdraw: async () => {},
  }
}
