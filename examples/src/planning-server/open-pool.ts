import { Pool } from 'pg'

/** A connection that breaks while no one uses it is told, and does not end the process. */
export function openPool(connectionString: string, max: number): Pool {
  return new Pool({ connectionString, max }).on('error', ({ message }) => console.error(message))
}
