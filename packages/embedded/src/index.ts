export { type EmbeddedDatabase, type EmbeddedOptions, embedded } from './embedded.js'
