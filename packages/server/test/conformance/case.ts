import type { Form, World } from '../support/world.js'

/** What holds whatever the framework is. */
export type Case = (world: World, form: Form) => Promise<void>
