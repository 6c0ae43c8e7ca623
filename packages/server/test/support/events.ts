export interface ServerEvent {
  readonly id: string
  readonly type: string
  readonly data: string
}

/** Events of a stream; comments are left out. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString()
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
      if (field('data') !== '') yield { id: field('id'), type: field('event'), data: field('data') }
    }
  }
}
