import type { Piecework } from '@piecework/core'
import { healthKeptMs } from '../defaults.js'

/** Whether the store answers within `limitMs`. Many who ask at once are one question. */
export function healthCheck(piecework: Piecework, limitMs: number): () => Promise<boolean> {
  let asked: { readonly answer: Promise<boolean>; readonly at: number } | undefined
  return () => {
    const now = performance.now()
    if (!asked || now - asked.at > healthKeptMs) asked = { answer: ask(piecework, limitMs), at: now }
    return asked.answer
  }
}

async function ask(piecework: Piecework, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  // No job is read, so that no policy has to be asked.
  const listed = piecework.jobs({ principal: { id: 'health' }, limit: 0 }).then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([listed, late])
  } finally {
    clearTimeout(timer)
  }
}
