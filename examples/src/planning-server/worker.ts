// One of several processes behind one port; main.ts forks it.
import cluster from 'node:cluster'
import { addSample } from './add-sample.js'
import { openHost } from './open-host.js'
import type { Settings } from './settings.js'
import { startServer } from './start-server.js'

const settings = JSON.parse(process.argv[2] ?? '{}') as Settings
const host = await openHost(settings.files, settings.servers)
// The first one that was ever forked.
if (cluster.worker?.id === 1) await addSample(host, settings.sample)
const close = await startServer(host, settings)
// Ctrl-C reaches all processes of a terminal, and then the first one tells the others.
let isClosing = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (isClosing) return
    isClosing = true
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
process.send?.('works')
