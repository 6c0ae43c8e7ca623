interface JobState {
  readonly job: {
    readonly status: string
    readonly files: readonly { readonly href?: string; readonly size: number }[]
  }
  readonly running: readonly unknown[]
}

export interface Seen {
  readonly id: string
  readonly state: JobState
}

/** One stream of a job's events: who answers, and what comes until it ends or is cut. */
export interface JobStream {
  /** Id of the process. */
  readonly pid: number
  events(): AsyncGenerator<Seen>
}

/** Begins to follow a job, from the state after the one that is known. */
export async function watchJob(
  url: string,
  headers: Record<string, string>,
  lastEventId?: string,
): Promise<JobStream> {
  const known = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const response = await fetch(url, { headers: { ...headers, ...known } })
  if (response.status !== 200) throw new Error(`The events are answered with ${response.status}.`)
  return { pid: Number(response.headers.get('x-process')), events: () => eventsOf(response) }
}

async function* eventsOf({ body }: Response): AsyncGenerator<Seen> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, id, data] = /^id: (.*)\nevent: job\ndata: (.*)$/m.exec(block) ?? []
      if (id !== undefined && data !== undefined) yield { id, state: JSON.parse(data) as JobState }
    }
  }
}
