/** Ends this process when the one that has made it has ended, also if that was before this is called. */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit())
  if (!process.connected) process.exit()
}
