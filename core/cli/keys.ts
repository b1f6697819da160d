/** What the keys of a running server do. */
export interface KeyActions {
  help(): void
  open(): void
  reload(): void
  check(): void
  quit(): void
}

/** Listens for single keys on a terminal; does nothing where there is none. The function returned gives the terminal back. */
export function listenForKeys(actions: KeyActions): () => void {
  const { stdin } = process
  if (!stdin.isTTY) return () => {}
  const byKey: Readonly<Record<string, () => void>> = {
    h: actions.help,
    '?': actions.help,
    o: actions.open,
    r: actions.reload,
    c: actions.check,
    q: actions.quit,
    '\u0003': actions.quit,
    '\u0004': actions.quit,
  }
  const onKey = (data: Buffer): void => {
    const key = data.toString('utf8')
    if (Object.hasOwn(byKey, key)) byKey[key]!()
  }
  stdin.setRawMode(true)
  stdin.resume()
  stdin.on('data', onKey)
  return () => {
    stdin.off('data', onKey)
    stdin.setRawMode(false)
    stdin.pause()
  }
}
