import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { useAction } from './hooks.js'
import { html } from './html.js'
import { ProblemNote } from './problem-note.js'

interface AskFirstProps {
  readonly label: string
  /** The question, and what comes of it. */
  readonly sure: string
  readonly why: string
  readonly yes: string
  readonly no: string
  act(): Promise<unknown>
}

/** A button for what cannot be taken back. */
export function AskFirst({ label, sure, why, yes, no, act }: AskFirstProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const acting = useAction()
  const go = () =>
    acting.run(async () => {
      await act()
      dialog.current?.close()
    })
  return html`<span>
    <button type="button" class="quiet" onClick=${() => dialog.current?.showModal()}>${label}</button>
    <dialog ref=${dialog} aria-labelledby="ask-first">
      <h2 id="ask-first">${sure}</h2>
      <p>${why}</p>
      <${ProblemNote} problem=${acting.problem} />
      <p class="buttons">
        <button type="button" class="danger" disabled=${acting.isBusy} onClick=${go}>${yes}</button>
        <button type="button" class="quiet" autofocus onClick=${() => dialog.current?.close()}>${no}</button>
      </p>
    </dialog>
  </span>`
}
