import { readFileSync } from 'node:fs'

/**
 * When a process started, as text, so that a number that is used again is not taken for the same process; `0` for a running one
 * where the machine does not say, and empty for one that has ended.
 */
export function startOf(pid: number): string {
  try {
    // After the name, which may hold anything up to the last bracket: field 22 of the line.
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? '0'
    )
  } catch {
    return process.platform !== 'linux' && isRunning(pid) ? '0' : ''
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
