import { connect, type Socket } from 'node:net'

/** A connection that says exactly what it is told. */
export async function rawConnection(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  socket.on('error', () => undefined)
  return socket
}

/** All that comes until the connection ends, or `until` is in it. */
export async function readAll(socket: Socket, until?: string): Promise<string> {
  let text = ''
  return new Promise((resolve) => {
    const done = () => resolve(text)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (until !== undefined && text.includes(until)) done()
    })
    socket.once('end', done).once('close', done)
  })
}

/** Sends text and gives the answer. */
export async function rawCall(port: number, text: string, until?: string): Promise<string> {
  const socket = await rawConnection(port)
  const answer = readAll(socket, until)
  socket.write(text)
  try {
    return await answer
  } finally {
    socket.destroy()
  }
}
