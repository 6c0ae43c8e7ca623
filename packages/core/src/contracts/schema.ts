/** Parses unknown input or throws; a zod schema fits. */
export interface Schema<T> {
  parse(input: unknown): T
}
