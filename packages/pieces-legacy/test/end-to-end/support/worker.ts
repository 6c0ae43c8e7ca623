import { fileArtifacts } from '@piecework/core'
import { hostOn } from './host.js'

/**
 * A worker process: carries out what the database at argv[2] asks for, with artifacts in argv[3], until it is
 * killed.
 */
const [, , url = '', artifacts = ''] = process.argv
await hostOn({ url }, { artifacts: fileArtifacts(artifacts), leaseMs: 1500 })
setInterval(() => {}, 60_000)
