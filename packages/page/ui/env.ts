import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Api } from './api.js'
import type { Format } from './format.js'
import type { Ref, Settings } from './model.js'
import type { Names } from './names.js'
import type { Words } from './words.js'

/** What all views share. */
export interface Env {
  readonly api: Api
  readonly t: Words
  readonly format: Format
  readonly names: Names
  readonly settings: Settings
  /** The one that the element is about, and the path of its routes: `projects/7`. */
  readonly about?: { readonly ref: Ref; readonly path: string }
  /** Says it to screen readers, at most once in 5 s. */
  announce(text: string): void
}

const Context = createContext<Env | undefined>(undefined)
export const EnvProvider = Context.Provider

export function useEnv(): Env {
  const env = useContext(Context)
  if (!env) throw new Error('There is no EnvProvider above.')
  return env
}
