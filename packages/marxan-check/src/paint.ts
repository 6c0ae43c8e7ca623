import { styleText } from 'node:util'

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green'
export type Paint = (style: Style, text: string) => string

interface Terminal {
  readonly isTTY?: boolean
}

/** Colours on a terminal unless NO_COLOR is set; elsewhere only if FORCE_COLOR is set. */
export function paintFor(stream: Terminal, env: NodeJS.ProcessEnv): Paint {
  return wantsColour(stream, env)
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text
}

function wantsColour(stream: Terminal, { FORCE_COLOR, NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return stream.isTTY === true && !NO_COLOR && TERM !== 'dumb'
}
