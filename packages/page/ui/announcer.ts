/** For screen readers: what is said in less than this time after the last sentence waits, and the newest replaces it. */
const pauseMs = 5000

export interface Announcer {
  say(text: string): void
  stop(): void
}

/** Speaks through the text of an element with `aria-live`. */
export function createAnnouncer(region: HTMLElement): Announcer {
  let said = ''
  let next: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const speak = () => {
    timer = undefined
    if (next === undefined || next === said) return
    said = next
    next = undefined
    region.textContent = said
    timer = setTimeout(speak, pauseMs)
  }
  return {
    say: (text) => {
      next = text
      timer ??= setTimeout(speak, 0)
    },
    stop: () => clearTimeout(timer),
  }
}
