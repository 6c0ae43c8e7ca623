/** As much of a job as the tests ask for. */
export interface EndedJob {
  readonly id: string
  readonly status: string
  readonly resource?: { readonly kind: string; readonly id: string }
  readonly files: readonly { readonly href?: string; readonly size: number }[]
}

/** Follows a job that was accepted until its stream of events ends. */
export async function endedJob(accepted: Response, headers: Record<string, string>): Promise<EndedJob> {
  const { links } = (await accepted.json()) as { links: { events: string } }
  const events = await fetch(links.events, { headers })
  const all = await events.text()
  const last = /^data: (.*)$/m.exec(all.slice(all.lastIndexOf('\nevent: job\n')))?.[1]
  return (JSON.parse(last ?? '{}') as { job: EndedJob }).job
}
