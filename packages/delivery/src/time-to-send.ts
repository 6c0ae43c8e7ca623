import { sendDefaults } from './defaults.js'

/** How long a call may take that sends so many bytes, in ms: a minute, and what they take at the least rate. */
export const timeToSend = (bytes: number): number =>
  sendDefaults.leastMs + Math.ceil((bytes * 1000) / sendDefaults.bytesPerSecond)
