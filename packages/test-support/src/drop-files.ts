import type { Page } from 'playwright-core'

/** Drops files and folders of this machine with the mouse, as from a window of its files, on the lower edge of what the selector finds. */
export async function dropFiles(page: Page, selector: string, files: readonly string[]): Promise<void> {
  const target = page.locator(selector)
  await target.scrollIntoViewIfNeeded()
  const box = await target.boundingBox()
  if (!box) throw new Error('What is to be dropped on is not seen.')
  const [x, y] = [box.x + box.width / 2, box.y + box.height - 4]
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x, y, data })
  await session.detach()
}
