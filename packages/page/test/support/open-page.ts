import type { TestBrowser } from '@piecework/test-support'
import type { Page } from 'playwright-core'
import type { World } from './world.js'

/** The page at a view: `job/7`. What a browser complains of, such as a policy that is broken, ends up in `complaints`. */
export async function openPage(
  chromium: TestBrowser,
  world: World,
  view = 'list',
  path = new URL(world.page).pathname,
): Promise<{ readonly page: Page; readonly complaints: string[] }> {
  const page = await chromium.context.newPage()
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    // Browsers ask for an icon by themselves.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico'))
      complaints.push(`${message.text()} ${message.location().url}`)
  })
  await page.goto(`${world.origin}${path}#piecework/${view}`)
  return { page, complaints }
}
