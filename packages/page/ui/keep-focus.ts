const controls = 'a[href], button, input, select, summary, textarea'
/** Those of questions that are not asked are not seen. */
const headings = ':is(h1, h2, h3):not(dialog:not([open]) *)'

/** What people know it by: the same after it was drawn anew. */
const nameOf = (one: Element) => one.getAttribute('aria-label') ?? (one.closest('label') ?? one).textContent

/**
 * What has the focus may be drawn anew or go: then what has its name takes the focus, else the heading above it, until there is
 * something of that name again. A focus that is elsewhere stays there.
 */
export function keepFocus(root: ShadowRoot): void {
  let last: HTMLElement | undefined
  let above: readonly Element[] = []
  let standIn: HTMLElement | undefined
  root.addEventListener('focusin', ({ target }) => {
    if (target === standIn || !(target instanceof HTMLElement)) return
    standIn = undefined
    last = target
    above = ancestorsOf(target)
  })
  const isFree = () => {
    const outer = (root.host.getRootNode() as Document | ShadowRoot).activeElement
    return root.activeElement === null && (outer === null || outer === document.body)
  }
  new MutationObserver((records) => {
    const held = standIn ?? last
    if (!last || !held) return
    const isGone = records.some(({ removedNodes }) => [...removedNodes].some((one) => one.contains(held)))
    if (isGone ? !isFree() : root.activeElement !== standIn) return
    const name = nameOf(last)
    const same = last.isConnected
      ? last
      : [...root.querySelectorAll<HTMLElement>(controls)].find((one) => nameOf(one) === name)
    if (same) return same.focus()
    if (standIn?.isConnected) return
    const box = above.find((one) => one.isConnected && one.querySelector(headings))
    standIn = box?.querySelector<HTMLElement>(headings) ?? undefined
    if (!standIn) return
    standIn.tabIndex = -1
    standIn.focus({ preventScroll: true })
  }).observe(root, { childList: true, subtree: true })
}

/** From the nearest one. */
function ancestorsOf(one: Element): readonly Element[] {
  const { parentElement } = one
  return parentElement ? [parentElement, ...ancestorsOf(parentElement)] : []
}
