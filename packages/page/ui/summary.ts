import type { Env } from './env.js'
import { filesAreKept } from './kept-files.js'
import type { Delivery, Finding, Findings, Job, JobState } from './model.js'
import { subjectOf } from './names.js'
import type { Words } from './words.js'

export type Tone = 'busy' | 'waiting' | 'good' | 'warned' | 'bad' | 'stopped'

/** Did it work, what is missing, what can one do, may the window be closed. */
export interface Summary {
  readonly tone: Tone
  readonly headline: string
  /** The other three, in this order; none is empty. */
  readonly sentences: readonly string[]
}

interface Seen {
  readonly state: JobState
  readonly findings?: Findings | undefined
  readonly deliveries?: readonly Delivery[] | undefined
}

export function summaryOf({ state, findings, deliveries = [] }: Seen, env: Env): Summary {
  const { job } = state
  const { t } = env
  const lost = deliveries.filter(({ status }) => status === 'failed').length
  const own = toneOf(state)
  const tone = own === 'good' && lost > 0 ? 'warned' : own
  if (tone === 'waiting' && job.status === 'draft')
    return { tone, headline: t('sum.draft'), sentences: [t('sum.continue'), t('sum.closeEnded')] }
  if (tone === 'waiting')
    return { tone, headline: t('sum.queued'), sentences: [t('sum.nothingToDo'), t('sum.close')] }
  if (tone === 'busy') {
    const headline = job.status === 'delivering' ? t('sum.delivering') : t(`sum.running.${job.kind}`)
    return { tone, headline, sentences: [t('sum.nothingToDo'), t('sum.close')] }
  }
  const after = t('sum.closeEnded')
  const kept = job.kind === 'delivery' ? t('sum.sent') : t('sum.unchanged')
  if (tone === 'stopped') return { tone, headline: t('sum.cancelled'), sentences: [kept, after] }
  if (tone === 'bad') return { tone, headline: t(`sum.failed.${job.kind}`), sentences: badSentences() }
  return {
    tone,
    headline: t(`sum.succeeded.${job.kind}`, {
      name: env.names.of(job.resource) ?? job.name ?? subjectOf(job, env.names, t),
    }),
    sentences: goodSentences(),
  }

  function badSentences(): readonly string[] {
    const { errors = 0 } = findings ?? {}
    // Of that no line can be mended; what pieces find in one that is whole is told as of files.
    const isArchive = job.format === 'archive' && (findings?.items ?? []).every(isOfArchive)
    const areKept = filesAreKept(job)
    const files = areKept ? [t('sum.filesKept', { time: env.format.time(job.retryUntil ?? '') })] : []
    if (errors > 0)
      return [
        ...(isArchive ? [] : [t('sum.errors', { count: errors })]),
        kept,
        t(
          isArchive ? 'sum.mendArchive' : areKept || job.kind === 'validation' ? 'sum.mendFiles' : 'sum.mend',
        ),
        ...files,
        after,
      ]
    const { code, message = '', retryable } = job.error ?? {}
    const again = t(areKept ? 'sum.filesAgain' : 'sum.report')
    if (code === 'internal') return [t('sum.internal'), kept, again, ...files, after]
    const { firstStep = '' } = findings ?? {}
    const next =
      retryable && !areKept ? t('sum.retry') : firstStep.includes(message) ? again : firstStep || again
    return [t.find(`cause.${code}`) ?? message, kept, next, ...files, after].filter((text) => text !== '')
  }

  function goodSentences(): readonly string[] {
    const undelivered = lost > 0 ? [t('sum.undelivered', { count: lost })] : []
    return [
      ...undelivered,
      ...(tone === 'good' ? [t('sum.nothingMissing')] : []),
      ...(own === 'warned' ? warningSentences() : []),
      ...fileSentence(),
      after,
    ]
  }

  /** What was left out stands here in its own words, with its count. */
  function warningSentences(): readonly string[] {
    const all = (findings?.items ?? []).filter(({ severity }) => severity === 'warning')
    const [most] = [...all].sort((a, b) => (b.count ?? 1) - (a.count ?? 1))
    const isCheck = job.kind === 'validation'
    const said = t(isCheck ? 'sum.warnings' : 'sum.warned', { count: job.warnings ?? 0 })
    return [
      said,
      ...(most && !isCheck ? [`${t('sum.first')} ${most.message.replace(/[^.!?]$/, '$&.')}`] : []),
    ]
  }

  function fileSentence(): readonly string[] {
    if (job.kind !== 'export' || job.files.length === 0) return []
    const last = job.files
      .filter(({ href }) => href !== undefined)
      .map(({ expiresAt }) => expiresAt)
      .sort()[0]
    return [last === undefined ? t('sum.gone') : t('sum.download', { time: env.format.time(last) })]
  }
}

const isOfArchive = ({ severity, code }: Finding) => severity === 'warning' || code.startsWith('core/archive')

export function toneOf({ job }: Pick<JobState, 'job'>): Tone {
  if (job.status === 'succeeded') return (job.warnings ?? 0) > 0 ? 'warned' : 'good'
  if (job.status === 'failed') return 'bad'
  if (job.status === 'cancelled') return 'stopped'
  const isWaiting = job.status === 'draft' || job.throttled || job.status === 'pending'
  return isWaiting ? 'waiting' : 'busy'
}

/** Of the list. */
export function statusOf(job: Job, t: Words): string {
  const { status, throttled, warnings = 0 } = job
  if (job.kind === 'validation' && status === 'failed') return t('status.found')
  if (throttled && status === 'pending') return t('status.queued')
  if (status === 'succeeded' && warnings > 0) return t('status.warned', { count: warnings })
  const plain = { pending: 'queued', submitted: 'running' }[status as string] ?? status
  return t(`status.${plain}`)
}
