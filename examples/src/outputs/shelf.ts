import { PieceworkError } from '@piecework/core'
import type { Target } from '@piecework/core/piece'

/** Of a server that takes files in parts of 10 bytes, and loses the connection now and then. */
const server = { parts: [] as string[], file: '', calls: 0 }

export interface ShelfDestination {
  readonly place: string
}

/** Goes on, in whatever process, behind the last part that the server has taken. */
export const shelf: Target<ShelfDestination> = {
  name: 'shelf',
  schema: {
    parse: (input) => {
      const { place } = Object(input) as Partial<ShelfDestination>
      if (typeof place !== 'string') throw new Error('place: a text is needed')
      return { place }
    },
  },
  deliver: async ({ file, destination, state, signal, progress }) => {
    let { sent } = ((await state.get()) ?? { sent: 0 }) as { readonly sent: number }
    while (sent < file.size) {
      signal.throwIfAborted()
      const end = Math.min(sent + 10, file.size)
      for await (const chunk of file.open({ start: sent, end })) server.parts.push(String(chunk))
      sent = end
      await state.put({ sent })
      progress(sent, file.size)
      server.calls += 1
      if (server.calls === 2) throw new PieceworkError('shelf/cut', 'The shelf is away.', { retryable: true })
    }
    server.file = server.parts.join('')
    return { location: `${destination.place}: ${JSON.stringify(server.file)}` }
  },
}
