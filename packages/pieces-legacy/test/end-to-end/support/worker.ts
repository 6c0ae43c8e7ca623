import { fileArtifacts } from '@piecework/core'
import { hostOn } from './host.js'

/**
 * A worker process: carries out what the database at argv[2] asks for, with artifacts in argv[3], until it is
 * killed. argv[4]: bytes of parts that make unions.
 */
const [, , url = '', artifacts = '', partBytes] = process.argv
await hostOn(
  { url },
  { artifacts: fileArtifacts(artifacts), leaseMs: 1500, ...(partBytes && { partBytes: Number(partBytes) }) },
)
setInterval(() => {}, 60_000)
