import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext } from 'playwright-core'
import { type SkippableSuite, skipUnless } from './skip-unless.js'

/** A Chromium with a profile of its own. */
export interface TestBrowser {
  readonly context: BrowserContext
  /** The folder in which downloads are saved, under the names that the browser gives them. */
  readonly downloads: string
  /**
   * Resolves to the path of the next download that is saved whole. Ask before it begins; what was saved before is
   * deleted.
   */
  saved(): Promise<string>
  /** Ends the browser and deletes what it has written. */
  close(): Promise<void>
}

/** The suite itself where `CHROMIUM` is the path of a Chromium; else one that skips its tests visibly. */
export function needsBrowser<S extends SkippableSuite>(suite: S): S {
  return skipUnless(Boolean(process.env.CHROMIUM), 'needs a Chromium, its path in CHROMIUM', suite)
}

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A machine may be busy; a test that waits for ever says nothing. */
const longestMs = 60_000

/** Starts the Chromium of `CHROMIUM`. Nothing of it outlives this process. */
export async function browser(): Promise<TestBrowser> {
  // Loaded where it is used: all tests load this package.
  const { chromium } = await import('playwright-core')
  const folder = await mkdtemp(join(tmpdir(), 'piecework-browser-'))
  const downloads = join(folder, 'downloads')
  await mkdir(downloads)
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: process.env.CHROMIUM ?? 'chromium',
    args,
    // What ends this process is the test runner's matter.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  const session = await context.browser()?.newBrowserCDPSession()
  if (!session) throw new Error('This browser has no session of its own.')
  // Playwright would save each under a random name.
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads })
  return {
    context,
    downloads,
    saved: async () => {
      // A file of the same name would be overwritten.
      for (const name of await readdir(downloads)) await rm(join(downloads, name))
      // No event says of a download that its user resumes when it is complete.
      for (const end = Date.now() + longestMs; Date.now() < end; await sleep(20)) {
        const name = (await readdir(downloads)).find((one) => !one.endsWith('.crdownload'))
        if (name !== undefined) return join(downloads, name)
      }
      throw new Error('No download was saved.')
    },
    close: async () => {
      await context.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
