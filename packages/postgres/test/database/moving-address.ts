import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** An address that leads to one server after the other, as a host's name for its primary does. */
export interface MovingAddress {
  /** A database's URL, by way of this address. */
  through(url: string): string
  /** Cuts what is open; what connects from now on comes to the server of this URL. */
  moveTo(url: string): void
  close(): Promise<void>
}

export async function movingAddress(first: string): Promise<MovingAddress> {
  let port = Number(new URL(first).port)
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    through: (url) => {
      const moved = new URL(url)
      moved.port = `${own}`
      return moved.href
    },
    moveTo: (url) => {
      port = Number(new URL(url).port)
      cut()
    },
    close: async () => {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
