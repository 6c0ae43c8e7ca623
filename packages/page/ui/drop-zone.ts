import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { type Chosen, filesOfDrop } from './chosen-files.js'
import { html } from './html.js'

interface DropZoneProps {
  readonly onFiles: (files: readonly Chosen[]) => void
  readonly children: ComponentChildren
}

/** Takes files and folders that are dropped; what is inside of it does the same by keyboard. */
export function DropZone({ onFiles, children }: DropZoneProps): VNode {
  const [isOver, setOver] = useState(false)
  const over = (event: DragEvent) => {
    event.preventDefault()
    setOver(true)
  }
  const drop = async (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (event.dataTransfer) onFiles(await filesOfDrop(event.dataTransfer))
  }
  return html`<div class=${`drop ${isOver ? 'over' : ''}`} onDragOver=${over} onDragLeave=${() => setOver(false)} onDrop=${drop}>${children}</div>`
}

interface FileButtonProps {
  readonly label: string
  readonly name?: string
  readonly accept?: string
  readonly isFolder?: boolean
  readonly isMultiple?: boolean
  readonly isQuiet?: boolean
  readonly onFiles: (files: readonly Chosen[]) => void
}

/** A field for files that looks like a button. */
export function FileButton({
  label,
  name,
  accept,
  isFolder,
  isMultiple,
  isQuiet,
  onFiles,
}: FileButtonProps): VNode {
  const change = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    const files = [...(currentTarget.files ?? [])]
    onFiles(files.map((file) => ({ file, path: file.webkitRelativePath || file.name })))
    currentTarget.value = ''
  }
  return html`<label class=${`button file ${isQuiet ? 'quiet' : ''}`}>
    <span>${label}</span>
    <input type="file" aria-label=${name ?? label} accept=${accept} webkitdirectory=${isFolder} multiple=${isMultiple} onChange=${change} />
  </label>`
}
