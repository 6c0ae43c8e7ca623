import type { FollowUpContext } from '@piecework/core/piece'
import type { ToInput } from '../chosen.js'

/** What a template is given. */
export interface MailContext extends FollowUpContext<ToInput> {
  /** The job's page on the host: `<publicUrl>/jobs/<id>`. It opens nothing by itself. */
  readonly jobUrl: string
}

/** What a template makes. */
export interface Mail {
  readonly subject: string
  readonly text: string
  readonly html?: string
}
