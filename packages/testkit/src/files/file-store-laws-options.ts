import type { FileStore } from '@piecework/core/piece'

export interface FileStoreLawsOptions {
  /** An empty store that nothing else uses. */
  make(): FileStore | Promise<FileStore>
}
