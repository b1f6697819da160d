import { spawn } from 'node:child_process'

/** Opens an address in the user's browser, without a shell; calls `failed` when nothing could be started. */
export function openInBrowser(address: string, failed: () => void): void {
  const [program, ...words] = opener()
  const child = spawn(program!, [...words, address], { stdio: 'ignore', detached: true })
  child.once('error', failed)
  child.once('exit', (code) => {
    if (code !== null && code !== 0) failed()
  })
  child.unref()
}

function opener(): readonly string[] {
  if (process.platform === 'darwin') return ['open']
  return process.platform === 'win32' ? ['explorer.exe'] : ['xdg-open']
}
