// Runs the test files that it is told, one after the other, as uvu's own command does: what they import is loaded once.
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

// Told before uvu is loaded: files add their suites to its queue and leave it to us to run them.
globalThis.UVU_DEFER = true
const { exec } = await import('uvu')
const queue = globalThis.UVU_QUEUE
/** What keeps this process's event loop busy without a test. */
const own = [process.stdout, process.stderr]

// The script that waits for it is gone.
process.on('disconnect', () => process.exit())
process.on('message', async ({ file, mark }) => {
  // What waits for nothing any more ends the process, as it would alone.
  process.channel.unref()
  queue.splice(0, queue.length, [null])
  process.exitCode = undefined
  try {
    await import(pathToFileURL(file))
    if (queue[0].length > 1) await exec()
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
  // What is left open would keep it running alone, up to its time limit.
  while (process.getActiveResourcesInfo().length > own.length) await wait(5)
  const code = process.exitCode ?? 0
  process.exitCode = undefined
  process.channel.ref()
  process.stdout.write(`${mark}${code}\n`)
})
