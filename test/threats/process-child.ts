import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { HeddleError } from '../../core/base/diagnostic.ts'
import { findNamespaceWay } from '../../core/base/namespace.ts'
import { runProcess } from '../../core/base/process.ts'

// Started by processes.test.ts, to be killed, or to live within a limit of the machine.
const [task, isolation, given] = process.argv.slice(2) as [string, 'none' | 'namespace', string]

const nobody = 65_534

/** Runs programs that have two processes each, one of which leaves its group. */
async function crowd(): Promise<void> {
  const program = `sleep ${given} & setsid sleep ${given} & wait`
  await Promise.all(
    Array.from({ length: 20 }, () => runProcess({ program, shell: true, cwd: '/', isolation })),
  )
}

/** Gives the code of what happens to a program under a limit; `given` is its name, and what is left of it. */
async function limited(): Promise<void> {
  const [limit, left] = given.split('=') as ['nproc' | 'nofile', string]
  // Processes are counted for users who are not the administrator.
  if (limit === 'nproc' && process.geteuid!() === 0) becomeNobody()
  // Found out before, as it would be in a run that has been going on.
  const way = await findNamespaceWay()
  if (isolation === 'namespace' && !way) return say('no namespaces')
  if (limit === 'nproc') setLimit('nproc', threadsOf(process.pid) + Number(left))
  else leaveDescriptors(Number(left))
  await runProcess({ program: 'true', cwd: '/', isolation }).then(
    ({ code }) => say(`code ${code}`),
    (thrown: unknown) => say(thrown instanceof HeddleError ? thrown.code : String(thrown)),
  )
}

function becomeNobody(): void {
  process.setgroups!([])
  process.setgid!(nobody)
  process.setuid!(nobody)
}

function threadsOf(pid: number): number {
  return Number(/^Threads:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}

function leaveDescriptors(left: number): void {
  setLimit('nofile', 64)
  const open: number[] = []
  try {
    for (;;) open.push(openSync('/dev/null', 'r'))
  } catch {
    for (const descriptor of open.slice(0, left)) closeSync(descriptor)
  }
}

function setLimit(limit: string, most: number): void {
  execFileSync('prlimit', ['--pid', `${process.pid}`, `--${limit}=${most}:`])
}

function say(text: string): void {
  process.stdout.write(text)
}

await (task === 'crowd' ? crowd() : limited())
