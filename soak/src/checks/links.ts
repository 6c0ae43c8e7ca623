import type { Link } from '@piecework/core/store'
import { type Problem, problem } from '../problem.js'

/** A delivery to a link, as its job tells it. */
interface LinkReceipt {
  readonly output: string
  /** Id of the link. */
  readonly location: string
  /** Of the output's bytes. */
  readonly sha256: string
}

export interface LinksCheck {
  /** Of what one job has made. */
  readonly links: readonly Pick<Link, 'id' | 'output'>[]
  readonly receipts: readonly LinkReceipt[]
  /** Deliveries to links that were begun and are not told to be there: each may have made one. */
  readonly begun: number
  /** The sha256 of what its address opens. */
  open(id: string): Promise<string>
}

/** There is a link of each delivery to one, and no other; its address opens the bytes of the output. */
export async function linksOpen({ links, receipts, begun, open }: LinksCheck): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  const ids = new Set(receipts.map(({ location }) => location))
  if (ids.size < receipts.length) problems.push(problem('doubled', 'one link is told by two deliveries'))
  for (const { output, location, sha256 } of receipts) {
    if (links.every((link) => link.id !== location || link.output !== output)) {
      problems.push(problem('lost', `the link to ${output} was delivered, and is not there`))
      continue
    }
    const opened = await open(location).catch((error: Error) => error)
    if (opened instanceof Error)
      problems.push(problem('lost', `the link to ${output} does not open: ${opened.message}`))
    else if (opened !== sha256) problems.push(problem('wrong', `the link to ${output} opens other bytes`))
  }
  const more = links.filter(({ id }) => !ids.has(id)).length
  if (more > begun)
    problems.push(problem('doubled', `${more} links that no delivery tells of, ${begun} may have been made`))
  return problems
}
