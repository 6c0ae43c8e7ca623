import type { PutFile } from '../contracts/put-files.js'

export interface MemoryPutFile extends PutFile {
  readonly job: string
  readonly node: string
  readonly fence: number
  withdrawn: boolean
}
