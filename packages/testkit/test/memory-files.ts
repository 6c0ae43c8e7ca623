import type { FileStore } from '@piecework/core/piece'

export type MemoryFiles = Required<FileStore> & { readonly files: Map<string, Buffer> }

/** A store of files that keeps them as long as it lives. */
export function memoryFiles(): MemoryFiles {
  const files = new Map<string, Buffer>()
  return {
    files,
    open: async (key) => {
      const found = files.get(key)
      return found && each(found)
    },
    put: async (key, bytes) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of bytes) chunks.push(Buffer.from(chunk))
      files.set(key, Buffer.concat(chunks))
    },
    delete: async (key) => void files.delete(key),
    copy: async (from, to) => {
      const found = files.get(from)
      if (found) files.set(to, found)
      return found !== undefined
    },
  }
}

export async function* each(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
