import assert from 'node:assert/strict'
import type { FileChooser, Page } from 'playwright-core'

interface Focused {
  readonly name: string
  readonly x: number
  readonly y: number
  /** It is in the window, with a line around it. */
  readonly isSeen: boolean
}

/** Someone who has a keyboard and no mouse. Each step of Tab has to be seen. */
export interface Keys {
  /** Of what has the focus; empty: nothing has. */
  name(): Promise<string>
  to(name: string | RegExp): Promise<void>
  /** Goes to a button or a link, and presses Enter. */
  press(name: string | RegExp): Promise<void>
  /** Goes to a field for files, and chooses some. */
  choose(name: string, path: string): Promise<void>
  /** From here to the end and back: down the page, or to the right, and out of it. Names of what was passed. */
  walk(): Promise<readonly string[]>
}

const most = 80

export function keysOf(page: Page): Keys {
  const focused = () => page.evaluate(look) as Promise<Focused | null>
  const step = async (key: 'Tab' | 'Shift+Tab') => {
    await page.keyboard.press(key)
    const now = await focused()
    assert.ok(!now || now.isSeen, `The focus on "${now?.name}" is not seen.`)
    return now
  }
  const keys: Keys = {
    name: async () => (await focused())?.name ?? '',
    to: async (name) => {
      const passed: string[] = []
      for (let at = 0; at < most; at += 1) {
        const now = await step('Tab')
        if (now && (typeof name === 'string' ? now.name === name : name.test(now.name))) return
        passed.push(now?.name ?? '')
      }
      assert.fail(`Tab does not come to ${name}, but to ${passed.join(', ')}.`)
    },
    press: async (name) => {
      await keys.to(name)
      await page.keyboard.press('Enter')
    },
    choose: async (name, path) => {
      await keys.to(name)
      let chooser: FileChooser | undefined
      page.once('filechooser', (opened) => {
        chooser = opened
      })
      // While files are on their way the field takes none.
      for (let at = 0; chooser === undefined && at < most; at += 1) {
        await page.keyboard.press('Enter')
        await page.waitForTimeout(200)
      }
      assert.ok(chooser, `"${name}" opens nothing.`)
      await chooser.setFiles(path)
    },
    walk: async () => {
      const passed: Focused[] = []
      for (let now = await step('Tab'); now; now = await step('Tab')) {
        const before = passed.at(-1)
        const isOn = !before || now.y >= before.y - 24 || now.x > before.x + 100
        assert.ok(isOn, `From "${before?.name}" the focus goes back to "${now.name}".`)
        passed.push(now)
        assert.ok(passed.length < most, 'The focus does not leave the page.')
      }
      const names = passed.map(({ name }) => name)
      const back: string[] = []
      while (back.length < names.length) back.unshift((await step('Shift+Tab'))?.name ?? '')
      assert.deepEqual(back, names)
      return names
    },
  }
  return keys
}

const look = `(() => {
  let one = document.activeElement
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
  if (!one || one === document.body || one.shadowRoot) return null
  const shown = one.closest('.button') ?? one
  const box = shown.getBoundingClientRect()
  const { outlineStyle, outlineWidth } = getComputedStyle(shown)
  const name = one.getAttribute('aria-label') ?? (one.closest('label') ?? one).textContent
  return {
    name: name.replace(/\\s+/g, ' ').trim(),
    x: box.left + scrollX,
    y: box.top + scrollY,
    isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && box.bottom > 0 && box.top < innerHeight,
  }
})()`
