import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A clean-up that is certain to be made. */
export interface WhenGone {
  /** Makes it now. Resolves when it is made. */
  now(): Promise<void>
}

/** A script that deletes `$1`, also while processes still end that write there, and disks below are unmounted. */
export const removeFolder = 'for _ in $(seq 50); do rm -rf "$1" && break; sleep 0.1; done'

/**
 * Runs the shell's script, with `$1` … as given, when it is asked for, or else when this process has ended, whatever has
 * ended it.
 */
export function whenGone(script: string, ...args: readonly string[]): WhenGone {
  // The end of the input comes even when this process is killed.
  const shell = spawn('sh', ['-c', `read -r _; ${script}`, 'sh', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of reach of a terminal's Ctrl-C.
    detached: true,
  })
  const ended = once(shell, 'exit')
  shell.unref()
  return {
    now: async () => {
      shell.ref()
      shell.stdin.end()
      await ended
    },
  }
}
