import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileArtifacts, memoryArtifacts } from '@piecework/core'
import { artifactStoreLaws } from '@piecework/testkit'
import { suite } from 'uvu'

const memory = suite('artifacts: memory')
artifactStoreLaws(memory, { make: memoryArtifacts })
memory.run()

const files = suite('artifacts: files')
const folders: string[] = []
artifactStoreLaws(files, {
  make: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'piecework-artifacts-'))
    folders.push(folder)
    return fileArtifacts(folder)
  },
})
files.after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true })
})
files.run()
