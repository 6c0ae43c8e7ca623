import type { KeyForm } from '../contracts/key-form.js'
import { keyFormProblem } from '../key-forms.js'
import { check } from './check.js'
import { contractCheck } from './object-check.js'
import type { Check, OptionChecks } from './option-checks.js'
import { refuse, refuseValue } from './place.js'

const words = ['uuid', 'uuid-hex', 'cuid', 'cuid2', 'ulid', 'nanoid', 'natural'] as const

interface AnyForm {
  readonly hex?: number
  readonly cuid2?: number
  readonly nanoid?: { readonly length?: number; readonly alphabet?: string }
  readonly sequence?: string
}

const nanoidChecks: OptionChecks<NonNullable<AnyForm['nanoid']>> = {
  length: check.count,
  alphabet: check.text,
}
const anyForm = contractCheck<AnyForm>({
  hex: check.count,
  cuid2: check.count,
  nanoid: contractCheck(nanoidChecks),
  sequence: check.text,
})

/** A form of keys that is long enough. */
export const keyFormCheck: Check<KeyForm> = (value, place) => {
  if (typeof value === 'string') check.oneOf(...words)(value, place)
  else {
    const given = Object.values(anyForm(value, place)).filter((one) => one !== undefined)
    if (given.length !== 1)
      refuseValue(place, value, `one of ${words.join(', ')} and { hex }, { cuid2 }, { nanoid }, { sequence }`)
  }
  const form = value as KeyForm
  const problem = keyFormProblem(form)
  if (problem !== undefined) refuse(place, `${place.subject}: ${place.path} ${problem}.`)
  return form
}
