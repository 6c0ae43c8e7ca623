import type { Answer } from './account.js'

/** What befalls one call. */
export type Trouble =
  /** The connection, after this share of its bytes. */
  | { readonly is: 'cut'; readonly share: number }
  /** It is carried out, and its answer is cut. */
  | { readonly is: 'unheard' }
  /** It is not carried out. */
  | { readonly is: 'refused'; readonly answer: Answer }

export function troubleOf(random: () => number): Trouble {
  const which = random()
  if (which < 0.35) return { is: 'cut', share: random() }
  if (which < 0.65) return { is: 'unheard' }
  if (which < 0.8)
    return { is: 'refused', answer: { status: 429, body: {}, headers: { 'retry-after': '1' } } }
  return { is: 'refused', answer: { status: which < 0.9 ? 500 : 503, body: {} } }
}
