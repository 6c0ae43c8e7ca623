import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A server of `upload-worker.ts`. */
export interface UploadServer {
  readonly port: number
  readonly process: ChildProcess
}

export async function startServer(url: string, folder: string, dies = ''): Promise<UploadServer> {
  const process = fork(new URL('./upload-worker.js', import.meta.url), [url, folder, dies])
  const [{ port }] = (await once(process, 'message')) as [{ port: number }]
  return { port, process }
}

export async function kill({ process }: UploadServer): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return
  const gone = once(process, 'exit')
  process.kill('SIGKILL')
  await gone
}
