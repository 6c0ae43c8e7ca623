import type { VNode } from 'preact'
import { useEnv } from './env.js'
import { html } from './html.js'
import type { JobState, Stage, Step } from './model.js'
import type { Words } from './words.js'

/** So many lines say what is being done just now. */
const mostLines = 3

/** What is done and what is left, by sums: the same for ten steps and for ten thousand. */
export function Progress({ state, isConnected }: { state: JobState; isConnected: boolean }): VNode {
  const { t, format } = useEnv()
  const { steps, stepsDone, running, progress, job } = state
  const isOver = job.endedAt !== undefined
  const lines = doing(running, t)
  const left = progress.remainingMs
  return html`<section aria-labelledby="progress">
    <h2 id="progress">${t(isOver ? 'progress.over' : 'progress.title')}</h2>
    ${!isConnected && !isOver && html`<p class="note waiting" role="status">${t('progress.lost')}</p>`}
    ${
      !isOver &&
      html`<div class="bar">
      <progress aria-labelledby="progress" max=${Math.max(1, steps)} value=${stepsDone}></progress>
      <span>
        ${t('progress.steps', { done: format.number(stepsDone), total: format.number(steps) })}
        ${left !== undefined && `, ${t('progress.left', { time: format.duration(left) })}`}
      </span>
    </div>`
    }
    ${
      !isOver &&
      html`<ul class="doing">
        ${lines.slice(0, mostLines).map((line) => html`<li key=${line.key}><${Doing} line=${line} /></li>`)}
        ${lines.length > mostLines && html`<li>${t('progress.more', { count: lines.length - mostLines })}</li>`}
      </ul>`
    }
    <ol class="stages">
      ${phases(state.stages, job.status === 'failed' || job.status === 'cancelled').map((phase) => html`<${PhaseLine} key=${phase.key} phase=${phase} />`)}
    </ol>
  </section>`
}

interface Line {
  readonly key: string
  readonly task: string
  readonly piece: string | undefined
  readonly done: number
  readonly total: number | undefined
}

/** What has one name for people is one line: parts of a piece, and a piece of several resources. */
function doing(running: readonly Step[], t: Words): readonly Line[] {
  const lines = new Map<string, Line>()
  for (const { task, piece, progress } of running) {
    const key = `${task} ${piece === undefined ? '' : t.part(piece)}`
    const before = lines.get(key)
    const done = (before?.done ?? 0) + (progress?.done ?? 0)
    const isKnown = progress?.total !== undefined && (!before || before.total !== undefined)
    const total = isKnown ? (before?.total ?? 0) + (progress?.total ?? 0) : undefined
    lines.set(key, { key, task, piece, done, total })
  }
  return [...lines.values()]
}

function Doing({ line: { task, piece, done, total } }: { line: Line }): VNode {
  const { t, format } = useEnv()
  const what =
    piece === undefined
      ? t(`task.${task}`)
      : t(`doing.${t.find(`doing.${task}`) ? task : 'other'}`, {
          part: t.part(piece),
          task: t(`task.${task}`),
        })
  const count =
    total !== undefined
      ? t('progress.of', { done: format.number(done), total: format.number(total) })
      : done > 0
        ? format.number(done)
        : ''
  return html`<span>${what}${count === '' ? ' …' : `: ${count}`}</span>`
}

interface Phase extends Pick<Stage, 'nodes' | 'running' | 'done' | 'failed' | 'skipped' | 'rows'> {
  readonly key: string
}

/** Stages that people have one word for are one line. */
function phases(stages: readonly Stage[], hasFailed: boolean): readonly Phase[] {
  const words: Readonly<Record<string, string>> = {
    plan: 'shells',
    keys: 'shells',
    ...(hasFailed && { finish: 'cleanup' }),
  }
  const found = new Map<string, Phase>()
  for (const stage of stages) {
    const key = words[stage.task] ?? stage.task
    const before = found.get(key)
    const sum = (name: 'nodes' | 'running' | 'done' | 'failed' | 'skipped' | 'rows') =>
      (before?.[name] ?? 0) + stage[name]
    found.set(key, {
      key,
      nodes: sum('nodes'),
      running: sum('running'),
      done: sum('done'),
      failed: sum('failed'),
      skipped: sum('skipped'),
      rows: sum('rows'),
    })
  }
  return [...found.values()]
}

function PhaseLine({ phase: { key, nodes, running, done, failed, skipped, rows } }: { phase: Phase }): VNode {
  const { t, format } = useEnv()
  const state =
    failed > 0
      ? 'failed'
      : skipped > 0 && done === 0
        ? 'skipped'
        : done + skipped >= nodes
          ? 'done'
          : running > 0 || done > 0
            ? 'running'
            : 'waiting'
  const said = t.find(`state.${state}.${key}`) ?? t(`state.${state}`)
  return html`<li class=${`is-${state}`}>
    <span class="phase">${t(`task.${key}`)}</span>
    <span class="sr">, ${said}</span>
    <span class="faint">
      ${nodes > 1 ? t('progress.of', { done: format.number(done), total: format.number(nodes) }) : said}
      ${rows > 0 && ` · ${t('progress.rows', { count: rows })}`}
      ${failed > 0 && nodes > 1 && ` · ${t(key === 'validate' ? 'progress.found' : 'progress.failed', { count: failed })}`}
    </span>
  </li>`
}
